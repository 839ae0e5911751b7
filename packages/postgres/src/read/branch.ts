import { DEFAULT_MODEL } from '@deedlog/core';
import type { ModelShape, PageSearch, Search } from '@deedlog/core';
import { ACTIVITY_COLUMNS } from '../activity-row.ts';
import { isOrdered, leadCondition, leadValue, otherConditions, timeConditions } from './conditions.ts';
import type { Lead } from './conditions.ts';
import type { Parameters } from './parameters.ts';
import { quoted } from '../sql-text.ts';

/** Where a part of the records is, and by what they are found there. */
export interface Branch {
  readonly model: string;
  readonly shape: ModelShape | undefined;
  readonly lead: Lead;
}

/** Most records that are examined for one page where a filter has no index: the bound on its time. */
const PAGE_BUDGET = 5000;
/** The same where each record's text must be taken apart. */
const TEXT_BUDGET = 1000;

function budgetOf({ filter }: Search): number {
  return filter.words.length > 0 ? TEXT_BUDGET : PAGE_BUDGET;
}

export function tableOf({ shape }: Pick<Branch, 'shape'>): string {
  return `deedlog.${quoted(shape?.table ?? 'activity')}`;
}

/** A time as a cursor has it, whatever the session's time zone is. */
export function positionSql(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** Every column, the own ones as one JSON: so that tables of several models can be read together. */
export function selectList({ model, shape }: Pick<Branch, 'model' | 'shape'>, parameters: Parameters): string {
  const own = Object.entries(shape?.columns ?? {});
  const cells = own.flatMap(([name, { column, type }]) => [parameters.add(name, 'text'), cellSql(quoted(column), type)]);
  const columns = own.length === 0 ? 'null::text' : `jsonb_build_object(${cells.join(', ')})::text`;
  return `${parameters.add(model === DEFAULT_MODEL ? null : model, 'text')} as model, ${ACTIVITY_COLUMNS}, ${columns} as columns, ${positionSql('occurred_at')} as position_at`;
}

/** As an activity has it: numbers that JavaScript cannot hold are text, times are ISO 8601. */
function cellSql(column: string, type: string): string {
  if (type === 'bigint' || type === 'numeric') return `${column}::text`;
  return type === 'timestamp with time zone' ? `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` : column;
}

interface Asked {
  readonly search: Search;
  readonly position?: PageSearch['position'];
  readonly parameters: Parameters;
}

/** The order of a listing, in the direction of reading. */
export function orderSql(position: PageSearch['position']): string {
  return position?.direction === 'newer' ? 'occurred_at, id' : 'occurred_at desc, id desc';
}

/** Time, and only what is beyond the position. The second bound on the time is what lets PostgreSQL leave partitions out. */
export function rangeConditions({ search, position, parameters }: Asked): string[] {
  const range = timeConditions(search.filter, parameters);
  if (position === undefined) return range;
  const at = parameters.add(position.at, 'timestamptz');
  const sign = position.direction === 'newer' ? '>' : '<';
  return [...range, `occurred_at ${sign}= ${at}`, `(occurred_at, id) ${sign} (${at}, ${parameters.add(position.id, 'uuid')})`];
}

const and = (conditions: readonly string[]): string => conditions.join(' and ');

/** Whether a page of this branch may have to examine more than it finds. */
export function isBudgeted({ lead }: Branch, search: Search): boolean {
  return isOrdered(lead) && otherConditions(search, lead, new NoParameters()).length > 0;
}

/** Counts conditions without keeping their values. */
class NoParameters {
  readonly values: unknown[] = [];
  add(): string {
    return '';
  }
  addList(): string {
    return '';
  }
}

/** The records of a branch, `limit` of them at most, in order, with {@link selectList}. */
export function branchSql(branch: Branch, limit: number, asked: Asked): string {
  const { parameters, search, position } = asked;
  const others = otherConditions(search, branch.lead, parameters);
  const order = orderSql(position);
  const list = selectList(branch, parameters);
  if (!isOrdered(branch.lead)) {
    return `select ${list} from ${unorderedSource(branch, asked)} where ${and(['true', ...others])} order by ${order} limit ${limit}`;
  }
  const source = orderedSource(branch, { ...asked, columns: '*', window: others.length === 0 ? { limit } : { limit: budgetOf(search), shared: true } });
  return `select ${list} from ${source} where ${and(['true', ...others])} order by ${order} limit ${limit}`;
}

/** The last record that a page may examine, for each value of the lead; none where there are fewer. */
export function lastExaminedSql(branch: Branch, asked: Asked): string {
  const source = orderedSource(branch, { ...asked, columns: 'occurred_at, id', window: { last: budgetOf(asked.search), shared: true } });
  return `select ${positionSql('occurred_at')} as position_at, id::text as id from ${source}`;
}

interface Source extends Asked {
  readonly columns: string;
  /** So many records, or the one that comes last of so many; several values may share them. */
  readonly window: ({ readonly limit: number } | { readonly last: number }) & { readonly shared?: true };
}

/** A subquery in the order of an index: the limit inside it is what bounds the records that the conditions outside see. */
function orderedSource(branch: Branch, { columns, window, ...asked }: Source): string {
  const { lead } = branch;
  const { parameters, position } = asked;
  const values = 'values' in lead && lead.values.length > 1 ? lead.values : undefined;
  const share = (records: number): number => Math.ceil(records / (window.shared === true ? (values?.length ?? 1) : 1));
  const bounds = 'last' in window ? `offset ${share(window.last) - 1} limit 1` : `limit ${share(window.limit)}`;
  const page = (condition: string): string =>
    `(select ${columns} from ${tableOf(branch)} where ${and([condition, ...rangeConditions(asked)])} order by ${orderSql(position)} ${bounds})`;
  if (values === undefined) return `${page(leadCondition(lead, parameters))} as record`;
  return `unnest(${parameters.addList(values, 'text')}) as lead(value) cross join lateral ${page(leadCondition(lead, parameters, 'lead.value'))} as record`;
}

/**
 * All that an index without an order finds. Each offset is a wall for the planner: without the second it would read all in the order of time
 * for the limit's sake, without the first it would start parallel workers, which takes longer than to find a few records.
 */
function unorderedSource(branch: Branch, asked: Asked): string {
  const value = leadValue(branch.lead, asked.parameters);
  const condition = leadCondition(branch.lead, asked.parameters, value === undefined ? undefined : 'lead.value');
  const found = `(select * from ${tableOf(branch)} where ${and([condition, ...rangeConditions(asked)])} offset 0) as record`;
  return value === undefined ? found : `(select ${value} as value offset 0) as lead cross join lateral ${found}`;
}
