import { SEPARATORS } from '@deedlog/core';
import type { TextPart } from '@deedlog/core';
import { literal } from '../sql-text.ts';
import type { Parameters } from './parameters.ts';

/** Characters of one text that are searched. Keeps the words of a row below what PostgreSQL takes, whoever wrote it. */
const MAX_CHARACTERS = 2000;

/** The names of slots are no words of the message. */
const MESSAGE_WORDS = `regexp_replace(left(message, ${MAX_CHARACTERS}), '\\{[^{}]*\\}', ' ', 'g')`;

/** The parts in the order in which the index has them: its expression and a query's must be the same. */
const PARTS: readonly (readonly [part: TextPart | 'action', columns: readonly string[]])[] = [
  ['action', ['action']],
  ['actor', ['actor_id', 'actor_label']],
  ['target', ['target_id', 'target_label']],
  ['reason', ['reason']],
  ['tool', ['tool']],
  ['outcomeCode', ['outcome_code']],
  ['message', [MESSAGE_WORDS, `jsonb_path_query_array(message_values, '$.*')::text`]],
];

/** How many parts there are beside the action, which is always searched. */
const EVERY_PART = PARTS.length - 1;

/** Whether these parts are what the index has. */
export function isIndexed(parts: ReadonlySet<TextPart>): boolean {
  return parts.size === EVERY_PART;
}

/** The text of a row that is searched. */
function textOfRow(parts: ReadonlySet<TextPart>): string {
  const columns = PARTS.flatMap(([part, expressions]) => (part === 'action' || parts.has(part) ? expressions : []));
  return columns.map((column) => `coalesce(left(${column}, ${MAX_CHARACTERS}), '')`).join(` || ' ' || `);
}

/** The words of a row. Every function in it is immutable, so that it can be indexed. */
function textVector(parts: ReadonlySet<TextPart>): string {
  return `to_tsvector('simple'::regconfig, translate(${textOfRow(parts)}, ${literal(SEPARATORS)}, ${literal(' '.repeat(SEPARATORS.length))}))`;
}

export const INDEXED_VECTOR: string = textVector(new Set<TextPart>(['actor', 'target', 'reason', 'tool', 'outcomeCode', 'message']));

/**
 * What the index would say, without it. Whether a word stands anywhere in the text is asked first: it costs a tenth of taking the text
 * apart, and PostgreSQL asks what is cheap first.
 */
export function textCondition(words: readonly string[], parts: ReadonlySet<TextPart>, parameters: Parameters): string {
  const somewhere = `${textOfRow(parts).replace(MESSAGE_WORDS, 'message')} ilike all(${parameters.addList(words.map((word) => `%${word}%`), 'text')})`;
  return [somewhere, `${textVector(parts)} @@ ${textQuery(words, parameters)}`].join(' and ');
}

/** Every word is the beginning of one in the vector. Words are letters and digits alone, so nothing needs escaping. */
export function textQuery(words: readonly string[], parameters: Parameters): string {
  return `to_tsquery('simple'::regconfig, ${parameters.add(words.map((word) => `'${word}':*`).join(' & '), 'text')})`;
}
