import type { ModelShape } from '@deedlog/core';
import { shortName } from '../migrate-models.ts';
import type { PostgresLike } from '../postgres-like.ts';
import { INDEXED_VECTOR } from './text-search.ts';
import { quoted } from '../sql-text.ts';

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

/** How long it is remembered what an index has, in milliseconds. */
const REMEMBERED = 60_000;

/** A word that PostgreSQL knows as frequent, and in which part of the records it is: 0 to 1. */
type FrequentWord = readonly [word: string, share: number];

/** What is in more records than this is found sooner by reading in the order of time: the text index gives its finds in no order. */
const RARE_SHARE = 0.005;

interface KnownIndex {
  /** Undefined: there is no text index. */
  readonly frequent: readonly FrequentWord[] | undefined;
  readonly until: number;
}

/** The partitions of a text index, and what the last ANALYZE found frequent in them; one row without a word where it found nothing. */
const FREQUENT_WORDS = `select word, max(share)::float8 as share
from pg_partition_tree(to_regclass($1)) as part join pg_class on pg_class.oid = part.relid
left join pg_stats on schemaname = 'deedlog' and tablename = pg_class.relname and most_common_elems is not null
left join lateral unnest(most_common_elems::text::text[], most_common_elem_freqs) as frequent(word, share) on word is not null
group by word`;

/** The text indexes that there are, and for which words they are the fast way. */
export class TextIndexes {
  readonly #client: PostgresLike;
  readonly #known = new Map<string, KnownIndex>();

  constructor(client: PostgresLike) {
    this.#client = client;
  }

  /** The words of a search that the index of a table should find; none where there is no index. */
  async rareWords(table: string, words: readonly string[]): Promise<string[]> {
    if (words.length === 0) return [];
    const frequent = await this.#frequentWords(table);
    if (frequent === undefined) return [];
    return words.filter((word) => shareOf(word.toLowerCase(), frequent) <= RARE_SHARE);
  }

  async #frequentWords(table: string): Promise<KnownIndex['frequent']> {
    const known = this.#known.get(table);
    if (known !== undefined && known.until > Date.now()) return known.frequent;
    const { rows } = await this.#client.query(FREQUENT_WORDS, [`deedlog.${quoted(indexName(table))}`]);
    const words = rows.flatMap((row): FrequentWord[] => (row['word'] === null ? [] : [[String(row['word']), Number(row['share'])]]));
    const frequent = rows.length === 0 ? undefined : words;
    this.#known.set(table, { frequent, until: Date.now() + REMEMBERED });
    return frequent;
  }
}

function shareOf(beginning: string, frequent: readonly FrequentWord[]): number {
  return frequent.reduce((sum, [word, share]) => (word.startsWith(beginning) ? sum + share : sum), 0);
}
