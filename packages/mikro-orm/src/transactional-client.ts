import type { TransactionalClient } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { postgresClient } from './postgres-client.ts';

/** The orm's own connections, in transactions that no EntityManager knows of: nothing that is recorded joins them. */
export function transactionalClient(orm: MikroORM): TransactionalClient {
  return {
    query: (sql, params) => postgresClient(orm).query(sql, params),
    transaction: (body) => orm.em.getConnection('write').transactional((transaction) => body(postgresClient(orm, transaction))),
  };
}
