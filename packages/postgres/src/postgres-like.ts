/** One row of a result by column name. */
export type PostgresRow = Readonly<Record<string, unknown>>;

/** Any client of PostgreSQL: `pg.Client`, `pg.Pool` and `PGlite` fit as they are. Parameters are `$1`, `$2`, … */
export interface PostgresLike {
  query(sql: string, params?: unknown[]): Promise<{ readonly rows: readonly PostgresRow[] }>;
}
