import type { PostgresLike, PostgresRow } from '@deedlog/postgres';
import type { EntityManager, MikroORM } from '@mikro-orm/core';

import { watchedConnection } from './trigger-context/watch-kysely.ts';

/** A transaction or savepoint of MikroORM, which is one of Kysely. */
export type OrmTransaction = object;

/** What Kysely offers to use one of its connections alone for a while. */
interface HeldConnection {
  executeQuery(query: object): Promise<{ readonly rows: readonly PostgresRow[] }>;
}
interface KyselyLike {
  getExecutor(): { provideConnection<Result>(consumer: (connection: HeldConnection) => Promise<Result>): Promise<Result> };
}

/**
 * The orm's connection as deedlog wants it, in `transaction` or else on its own. It goes past MikroORM's own `execute`, which
 * writes the values into the statement: those of a record are sent as parameters, and stay out of the query log.
 */
export function postgresClient(orm: MikroORM, transaction?: OrmTransaction): PostgresLike {
  return {
    async query(sql, parameters = []) {
      return withHeldConnection(transaction ?? (await clientOf(orm)), (client) => client.query(sql, parameters));
    },
  };
}

/** Connects first, where the orm has not yet. */
async function clientOf(orm: MikroORM): Promise<object> {
  const connection = orm.em.getConnection('write') as ReturnType<EntityManager['getConnection']> & { getClient(): object };
  await connection.ensureConnection();
  return connection.getClient();
}

/**
 * Runs `body` with a client that nobody else can use meanwhile, although others share the transaction (or pool). Without that, a
 * statement of the caller could get between a savepoint and its rollback, and be undone with it.
 */
export function withHeldConnection<Result>(
  kysely: OrmTransaction,
  body: (client: PostgresLike) => Promise<Result>,
): Promise<Result> {
  const executor = (kysely as KyselyLike).getExecutor();
  return executor.provideConnection((connection) => {
    const watched = watchedConnection(connection);
    // deedlog's own statements belong to no activity.
    return body({ query: (sql, parameters = []) => watched?.bare(sql, parameters) ?? connection.executeQuery({ sql, parameters }) });
  });
}
