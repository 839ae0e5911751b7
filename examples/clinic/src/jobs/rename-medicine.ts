import type { EntityManager } from '@mikro-orm/core';
import { Medicine } from '../entities/medicine.ts';

/** What somebody runs from a shell: no request, no job, no actor. It is recorded all the same, and says that nobody is known. */
export async function renameMedicine(em: EntityManager, id: number, name: string): Promise<void> {
  const medicine = await em.findOneOrFail(Medicine, id);
  medicine.name = name;
  await em.flush();
}
