import type { PostgresLike, PostgresRow } from '@deedlog/postgres';
import type { EntityManager, MikroORM } from '@mikro-orm/core';

/** A transaction or savepoint of MikroORM, which is one of Kysely. */
export type OrmTransaction = object;

/** What a Kysely transaction offers to use its connection alone for a while. */
interface HeldConnection {
  executeQuery(query: object): Promise<{ readonly rows: readonly PostgresRow[] }>;
}
interface KyselyTransaction {
  getExecutor(): { provideConnection<Result>(consumer: (connection: HeldConnection) => Promise<Result>): Promise<Result> };
}

type Connection = ReturnType<EntityManager['getConnection']>;

/**
 * The orm's connection as deedlog wants it, in `transaction` or else on its own. Statements pass through MikroORM,
 * so that they show up in its query log.
 */
export function postgresClient(orm: MikroORM, transaction?: OrmTransaction): PostgresLike {
  const connection: Connection = orm.em.getConnection('write');
  return {
    async query(sql, params = []) {
      const { text, values } = toPlaceholders(sql, params);
      const { rows } = await connection.execute<{ rows: PostgresRow[] }>(text, values, 'run', transaction);
      return { rows };
    },
  };
}

/**
 * Runs `body` with a client that nobody else can use meanwhile, although others share the transaction. Without that, a
 * statement of the caller could get between a savepoint and its rollback, and be undone with it.
 */
export function withHeldConnection<Result>(
  transaction: OrmTransaction,
  body: (client: PostgresLike) => Promise<Result>,
): Promise<Result> {
  const executor = (transaction as KyselyTransaction).getExecutor();
  return executor.provideConnection((connection) =>
    body({ query: (sql, parameters = []) => connection.executeQuery({ sql, parameters }) }),
  );
}

/** MikroORM writes `?` where PostgreSQL writes `$1`, and inlines the values itself, quoted. */
function toPlaceholders(sql: string, params: readonly unknown[]): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  if (params.length === 0) return { text: sql, values };
  const text = sql.replace(/\$(\d+)/g, (_, position: string) => {
    values.push(params[Number(position) - 1]);
    return '?';
  });
  return { text, values };
}
