import type { MikroORM } from '@mikro-orm/core';

/** What somebody types into psql: the application knows nothing of it. A trigger sees the row change, and `reconcile` asks who wanted it. */
export async function changeByHand(orm: MikroORM): Promise<void> {
  await orm.em.getConnection().execute(`update clinic_example.appointment set starts_at = starts_at + interval '1 hour' where id = 2`);
}
