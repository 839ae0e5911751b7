import { coreError } from '../errors.ts';
import type { Observer } from '../record/activity.ts';
import type { ActorKind } from '../record/actor.ts';
import type { Outcome } from '../record/outcome.ts';
import { LIMITS, safeText } from '../record/safe-text.ts';
import { columnFilters } from './column-filters.ts';
import { decodeCursor } from './cursor.ts';
import type { PageSearch, SearchFilter } from './log-source.ts';
import type { ModelShape } from '../record/model.ts';
import { DEFAULT_LIMIT, MAX_LIMIT, MAX_TEXT } from './query.ts';
import type { ActivityFilter, ActivityQuery } from './query.ts';
import { wordsOf } from './words.ts';

const ACTOR_KINDS: readonly ActorKind[] = ['user', 'system', 'anonymous'];
const OUTCOMES: readonly Outcome[] = ['success', 'failure', 'denied', 'unknown'];
const OBSERVERS: readonly Observer[] = ['trpc', 'envelop', 'mikro-orm', 'trigger', 'manual', 'cli'];
/** Most words of one search. */
const MAX_WORDS = 10;
const OLDEST = Date.UTC(1, 0);
const NEWEST = Date.UTC(9999, 11, 31);

type Bag = Readonly<Record<string, unknown>>;

/** Every filter checked and in its stored form. What is not known by name is refused: a filter with a typing error must not show all. Throws `QUERY_INVALID`. */
export function checkFilter(given: ActivityFilter, shape: ModelShape | undefined): SearchFilter {
  checkNames(given, FILTERS, 'the query');
  const actor = bag('actor', given.actor);
  const target = bag('target', given.target);
  checkNames(actor, ['id', 'kind'], 'actor');
  checkNames(target, ['type', 'id'], 'target');
  if (given.unexplained !== undefined && typeof given.unexplained !== 'boolean') throw invalid('unexplained', 'is no boolean');
  const targetType = name('target.type', target['type']);
  if (given.target !== undefined && targetType === undefined) throw invalid('target.type', 'is missing');
  return {
    from: time('from', given.from),
    until: time('until', given.until),
    actorId: text('actor.id', actor['id'], LIMITS.identity),
    actorKind: oneOf('actor.kind', actor['kind'], ACTOR_KINDS),
    ...checkAction(name('action', given.action)),
    targetType,
    targetId: text('target.id', target['id'], LIMITS.identity),
    tool: name('tool', given.tool),
    outcome: oneOf('outcome', given.outcome, OUTCOMES),
    tenant: text('tenant', given.tenant, LIMITS.identity),
    observer: oneOf('observer', given.observer, OBSERVERS),
    columns: columnFilters(bag('columns', given.columns), shape),
    words: checkWords(given.text),
    correlationId: text('correlationId', given.correlationId, LIMITS.identity),
    requestId: text('requestId', given.requestId, LIMITS.identity),
  };
}

const FILTERS = [
  'model', 'from', 'until', 'actor', 'action', 'target', 'tool', 'outcome', 'tenant', 'observer', 'columns', 'text', 'correlationId', 'requestId', 'unexplained',
  'limit', 'after', 'before', 'count', 'buckets',
];

/** Throws `QUERY_INVALID` or `CURSOR_INVALID`. */
export function checkPaging({ limit = DEFAULT_LIMIT, after, before, count = true }: ActivityQuery): Pick<PageSearch, 'limit' | 'count' | 'position'> {
  checkWhole('limit', limit, MAX_LIMIT);
  if (typeof count !== 'boolean') throw invalid('count', 'is no boolean');
  if (after !== undefined && before !== undefined) throw invalid('after', 'and before exclude each other');
  if (after !== undefined) return { limit, count, position: { ...decodeCursor(after), direction: 'older' } };
  return { limit, count, position: before === undefined ? undefined : { ...decodeCursor(before), direction: 'newer' } };
}

/** Throws `QUERY_INVALID`. */
export function checkWhole(field: string, value: unknown, most: number): void {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > most) throw invalid(field, `is not 1 to ${most}`);
}

/** An id or a name as it is stored. Throws `QUERY_INVALID`. */
export function requiredText(field: string, value: unknown, limit: number): string {
  const given = text(field, value, limit);
  if (given === undefined || given === '') throw invalid(field, 'is missing');
  return given;
}

function checkAction(action: string | undefined): Pick<SearchFilter, 'action' | 'actionPrefix'> {
  if (action?.endsWith('.*') === true) return { actionPrefix: action.slice(0, -1) };
  if (action?.includes('*') === true) throw invalid('action', 'has a * that is not at its end after a dot');
  return { action };
}

function checkWords(given: unknown): string[] {
  const searched = text('text', given, MAX_TEXT + 1);
  if (searched === undefined || searched.trim() === '') return [];
  if (searched.length > MAX_TEXT) throw invalid('text', `is longer than ${MAX_TEXT} characters`);
  const words = wordsOf(searched);
  if (words.length === 0) throw invalid('text', 'has no letter or digit');
  if (words.length > MAX_WORDS) throw invalid('text', `has more than ${MAX_WORDS} words`);
  return words;
}

function name(field: string, value: unknown): string | undefined {
  return text(field, value, LIMITS.name);
}

function text(field: string, value: unknown, limit: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(field, 'is no text');
  return safeText(value, limit);
}

function time(field: string, value: unknown): Date | undefined {
  if (value === undefined || value === null) return undefined;
  const valid = value instanceof Date && value.getTime() >= OLDEST && value.getTime() <= NEWEST;
  if (!valid) throw invalid(field, 'is no Date of the years 1 to 9999');
  return value;
}

function oneOf<Value extends string>(field: string, value: unknown, values: readonly Value[]): Value | undefined {
  if (value === undefined || value === null) return undefined;
  const found = values.find((one) => one === value);
  if (found === undefined) throw invalid(field, `is none of ${values.join(', ')}`);
  return found;
}

function bag(field: string, value: unknown): Bag {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object') throw invalid(field, 'is no object');
  return value as Bag;
}

function checkNames(given: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(safeText(unknown, LIMITS.key), `is not known in ${where}`);
}

function invalid(field: string, what: string): Error {
  return coreError('QUERY_INVALID', `${field} ${what}`);
}
