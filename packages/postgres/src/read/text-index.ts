import type { ModelShape } from '@deedlog/core';
import { quoted } from '../insert-into-models.ts';
import { shortName } from '../migrate-models.ts';
import type { PostgresLike } from '../postgres-like.ts';
import { INDEXED_VECTOR } from './text-search.ts';

function indexName(table: string): string {
  return shortName(`${table}_text_idx`);
}

/**
 * An index for searching text in `deedlog.activity`, or in the table of a model. Opt-in, because it taxes every insert (the README says how
 * much); without it a search examines records from the newest on, a bounded number for each page. Safe to call at every start; it
 * blocks writes while it builds.
 */
export async function createTextIndex(client: PostgresLike, shape?: ModelShape): Promise<void> {
  const table = shape?.table ?? 'activity';
  await client.query(`create index if not exists ${quoted(indexName(table))} on deedlog.${quoted(table)} using gin ((${INDEXED_VECTOR}))`);
}

export async function dropTextIndex(client: PostgresLike, shape?: ModelShape): Promise<void> {
  await client.query(`drop index if exists deedlog.${quoted(indexName(shape?.table ?? 'activity'))}`);
}

/** How long it is remembered whether there is an index, in milliseconds. */
const REMEMBERED = 60_000;

/** Which tables have a text index. */
export class TextIndexes {
  readonly #client: PostgresLike;
  readonly #known = new Map<string, { readonly has: boolean; readonly until: number }>();

  constructor(client: PostgresLike) {
    this.#client = client;
  }

  async has(table: string): Promise<boolean> {
    const known = this.#known.get(table);
    if (known !== undefined && known.until > Date.now()) return known.has;
    const { rows } = await this.#client.query(`select to_regclass($1) is not null as has`, [`deedlog.${quoted(indexName(table))}`]);
    const has = rows[0]?.['has'] === true;
    this.#known.set(table, { has, until: Date.now() + REMEMBERED });
    return has;
  }
}
