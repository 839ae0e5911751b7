import type { PostgresLike } from '@deedlog/postgres';
import { withHeldConnection } from './postgres-client.ts';
import type { OrmTransaction } from './postgres-client.ts';

/** Not one of MikroORM's own names, which are trx1, trx2, … */
const SAVEPOINT = 'deedlog_write';

/** Runs an insert so that a failure leaves the transaction usable. Three statements instead of one. */
export function insertInSavepoint<Result>(transaction: OrmTransaction, insert: (client: PostgresLike) => Promise<Result>): Promise<Result> {
  return withHeldConnection(transaction, async (client) => {
    await client.query(`savepoint ${SAVEPOINT}`);
    try {
      const inserted = await insert(client);
      await client.query(`release savepoint ${SAVEPOINT}`);
      return inserted;
    } catch (error) {
      await client.query(`rollback to savepoint ${SAVEPOINT}`);
      await client.query(`release savepoint ${SAVEPOINT}`);
      throw error;
    }
  });
}
