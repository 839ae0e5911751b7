import { timeOfText } from '@deedlog/core';
import type { ActivityFilter, ActivityQuery } from '@deedlog/core';
import { httpError } from '../errors.ts';

/** Parameters of a filter. Own columns of a model are `col.<name>`. */
export const FILTER_PARAMS = [
  'model', 'from', 'until', 'actor', 'actorKind', 'action', 'targetType', 'targetId', 'tool', 'outcome', 'tenant', 'observer', 'text', 'correlation', 'request', 'unexplained',
] as const;
/** Parameters of a page. */
export const PAGE_PARAMS = ['limit', 'after', 'before', 'count'] as const;
/** The beginning of the name of an own column's parameter. */
export const COLUMN_PREFIX = 'col.';

const NO_COLUMNS = Object.freeze({});

const WHOLE = /^\d{1,9}$/;

/** The parameters of an address. Each stands once and is known: one with a typing error must not show all. */
export class Params {
  readonly #values: ReadonlyMap<string, string>;

  /** Throws `HTTP_PARAMETER_INVALID`. */
  constructor(given: URLSearchParams, known: readonly string[]) {
    const values = new Map<string, string>();
    for (const [name, value] of given) {
      if (!known.includes(name) && !name.startsWith(COLUMN_PREFIX)) throw invalid(name, 'is not known here');
      if (values.has(name)) throw invalid(name, 'stands twice');
      values.set(name, value);
    }
    this.#values = values;
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  time(name: string): Date | undefined {
    const text = this.#values.get(name);
    if (text === undefined) return undefined;
    const time = timeOfText(text);
    if (time === undefined) throw invalid(name, 'is no time like 2026-11-21T10:00:00Z');
    return time;
  }

  whole(name: string): number | undefined {
    const text = this.#values.get(name);
    if (text !== undefined && !WHOLE.test(text)) throw invalid(name, 'is no whole number');
    return text === undefined ? undefined : Number(text);
  }

  flag(name: string): boolean | undefined {
    const text = this.#values.get(name);
    if (text !== undefined && text !== '1' && text !== '0') throw invalid(name, 'is neither 1 nor 0');
    return text === undefined ? undefined : text === '1';
  }

  oneOf<const Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const text = this.#values.get(name);
    const found = values.find((value) => value === text);
    if (text !== undefined && found === undefined) throw invalid(name, `is none of ${values.join(', ')}`);
    return found;
  }

  columns(): Readonly<Record<string, string>> {
    const own = [...this.#values].filter(([name]) => name.startsWith(COLUMN_PREFIX));
    return own.length === 0 ? NO_COLUMNS : Object.fromEntries(own.map(([name, value]) => [name.slice(COLUMN_PREFIX.length), value]));
  }
}

/** The filter of an address; the reader checks the values. */
export function filterOf(params: Params): ActivityFilter {
  const [actor, kind, type, id] = [params.text('actor'), params.text('actorKind'), params.text('targetType'), params.text('targetId')];
  const columns = params.columns();
  return {
    model: params.text('model'),
    from: params.time('from'),
    until: params.time('until'),
    ...(actor === undefined && kind === undefined ? {} : { actor: { id: actor, kind: kind as NonNullable<ActivityFilter['actor']>['kind'] } }),
    action: params.text('action'),
    // Without a type the reader says that it is missing.
    ...(type === undefined && id === undefined ? {} : { target: { type: type as string, id } }),
    tool: params.text('tool'),
    outcome: params.text('outcome') as ActivityFilter['outcome'],
    tenant: params.text('tenant'),
    observer: params.text('observer') as ActivityFilter['observer'],
    ...(columns === NO_COLUMNS ? {} : { columns }),
    text: params.text('text'),
    correlationId: params.text('correlation'),
    requestId: params.text('request'),
    unexplained: params.flag('unexplained'),
  };
}

export function queryOf(params: Params): ActivityQuery {
  return { ...filterOf(params), limit: params.whole('limit'), after: params.text('after'), before: params.text('before'), count: params.flag('count') };
}

function invalid(name: string, what: string): Error {
  return httpError('HTTP_PARAMETER_INVALID', `${JSON.stringify(name.slice(0, 64))} ${what}`);
}
