import type { PostgresRow } from '@deedlog/postgres';

/** A statement as Kysely hands it to a connection. */
export interface CompiledQueryLike {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface QueryResultLike {
  readonly rows: readonly PostgresRow[];
}

/** One of Kysely's connections; the same object for the same connection to the database. */
export interface ConnectionLike {
  executeQuery(query: CompiledQueryLike, ...more: unknown[]): Promise<QueryResultLike>;
  streamQuery?(query: CompiledQueryLike, ...more: unknown[]): AsyncIterableIterator<QueryResultLike>;
}

export type Consumer<Result> = (connection: ConnectionLike) => Promise<Result>;

/** What runs statements of Kysely: it hands out connections, for a statement or a transaction. */
export interface ExecutorLike {
  provideConnection<Result>(consumer: Consumer<Result>, ...more: unknown[]): Promise<Result>;
  withPlugin(...given: unknown[]): ExecutorLike;
  withPlugins(...given: unknown[]): ExecutorLike;
  withPluginAtFront(...given: unknown[]): ExecutorLike;
  withoutPlugins(...given: unknown[]): ExecutorLike;
}

export interface KyselyLike {
  getExecutor(): ExecutorLike;
  transaction(): { execute<Result>(body: () => Promise<Result>): Promise<Result> };
}
