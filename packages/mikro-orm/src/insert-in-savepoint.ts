import type { Activity } from '@deedlog/core';
import { insertActivities } from '@deedlog/postgres';
import type { InsertOptions } from '@deedlog/postgres';
import { withHeldConnection } from './postgres-client.ts';
import type { OrmTransaction } from './postgres-client.ts';

/** Not one of MikroORM's own names, which are trx1, trx2, … */
const SAVEPOINT = 'deedlog_write';

/** Inserts so that a failure leaves the transaction usable. Three statements instead of one. */
export function insertInSavepoint(
  transaction: OrmTransaction,
  activities: readonly Activity[],
  options: InsertOptions,
): Promise<number> {
  return withHeldConnection(transaction, async (client) => {
    await client.query(`savepoint ${SAVEPOINT}`);
    try {
      const inserted = await insertActivities(client, activities, options);
      await client.query(`release savepoint ${SAVEPOINT}`);
      return inserted;
    } catch (error) {
      await client.query(`rollback to savepoint ${SAVEPOINT}`);
      await client.query(`release savepoint ${SAVEPOINT}`);
      throw error;
    }
  });
}
