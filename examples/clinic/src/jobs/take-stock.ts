import { systemActor } from '@deedlog/core';
import type { EntityManager } from '@mikro-orm/core';
import type { ClinicLog } from '../audit.ts';
import { Medicine } from '../entities/medicine.ts';

/** Packs by the id of the medicine. */
export type CountedStock = ReadonlyMap<number, number>;

/**
 * Writes down what was counted on the shelves. Nobody declares what is meant here, so the fallback records each changed medicine by itself;
 * and nobody looks at what was believed before, so the old value is not known.
 */
export async function takeStock(em: EntityManager, deedlog: ClinicLog, counted: CountedStock): Promise<void> {
  await deedlog.run({ actor: systemActor('stocktake', { label: 'Stocktake' }) }, async () => {
    for (const [id, stock] of counted) em.getReference(Medicine, id).stock = stock;
    await em.flush();
  });
}
