import type { PostgresLike } from '@deedlog/postgres';
import type { PGlite } from '@electric-sql/pglite';
import type { Client, Pool, PoolClient } from 'pg';

/** The real clients fit as they are. */
export function fits(pool: Pool, pooled: PoolClient, client: Client, pglite: PGlite): readonly PostgresLike[] {
  return [pool, pooled, client, pglite];
}

/** What cannot run SQL does not. */
// @ts-expect-error query must resolve to rows
export const refused: PostgresLike = { query: () => Promise.resolve('text') };
