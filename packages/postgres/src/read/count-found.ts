import type { FoundPage, Search } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import { tableOf } from './branch.ts';
import type { Branch } from './branch.ts';
import { estimateLead } from './choose-lead.ts';
import { isOrdered, leadCondition, otherConditions, timeConditions } from './conditions.ts';
import { estimateRows } from './estimate-rows.ts';
import { Parameters } from './parameters.ts';
import { unexplainedConditions } from './unexplained.ts';

/** A count is exact up to here. */
export const EXACT_UP_TO: number = 1000;
/** Most records that are examined for a count where a filter has no index. */
const COUNT_BUDGET = 2000;
/** The same where each record's text must be taken apart. */
const TEXT_BUDGET = 500;

export type Count = Pick<FoundPage, 'count' | 'countExact'>;

/** How many records the branches hold: counted where that is cheap, else what the planner expects. */
export async function countFound(client: PostgresLike, branches: readonly Branch[], search: Search): Promise<Count> {
  const counts = [];
  for (const branch of branches) counts.push(await countBranch(client, branch, search));
  return sumOf(counts);
}

function sumOf(counts: readonly (Count & { readonly count: number })[]): Count {
  return { count: counts.reduce((sum, { count }) => sum + count, 0), countExact: counts.every(({ countExact }) => countExact) };
}

async function countBranch(client: PostgresLike, branch: Branch, search: Search): Promise<Count & { count: number }> {
  const parameters = new Parameters();
  const others = otherConditions(search, branch.lead, parameters);
  const most = search.filter.words.length > 0 ? TEXT_BUDGET : COUNT_BUDGET;
  if (others.length > 0 && (await estimateLead(client, branch, search)) > 2 * most) return { count: await estimateBranch(client, branch, search), countExact: false };
  const lead = [leadCondition(branch.lead, parameters), ...timeConditions(search.filter, parameters)].join(' and ');
  const budget = others.length === 0 ? EXACT_UP_TO + 1 : most;
  const order = isOrdered(branch.lead) && !('values' in branch.lead && branch.lead.values.length > 1) ? 'order by occurred_at desc, id desc' : '';
  const columns = others.length === 0 ? '' : '*';
  const { rows } = await client.query(
    `select count(*)::int as examined, count(*) filter (where ${['true', ...others].join(' and ')})::int as found
from (select ${columns} from ${tableOf(branch)} where ${lead} ${order} limit ${budget}) as record`,
    parameters.values,
  );
  const examined = Number(rows[0]?.['examined']);
  const found = Number(rows[0]?.['found']);
  if (examined < budget) return { count: found, countExact: true };
  return { count: Math.max(found, await estimateBranch(client, branch, search)), countExact: false };
}

function estimateBranch(client: PostgresLike, branch: Branch, search: Search): Promise<number> {
  const parameters = new Parameters();
  const where = [leadCondition(branch.lead, parameters), ...timeConditions(search.filter, parameters), ...otherConditions(search, branch.lead, parameters)].join(' and ');
  return estimateRows(client, `select from ${tableOf(branch)} where ${where}`, parameters);
}

/** The same for branches that may have a record in common: those of a history. */
export async function countDistinct(client: PostgresLike, branches: readonly Branch[], search: Search): Promise<Count> {
  const parameters = new Parameters();
  const parts = branches.map((branch) => {
    const where = [leadCondition(branch.lead, parameters), ...timeConditions(search.filter, parameters), ...otherConditions(search, branch.lead, parameters)];
    return `(select id from ${tableOf(branch)} where ${where.join(' and ')} limit ${EXACT_UP_TO + 1})`;
  });
  const { rows } = await client.query(`select count(*)::int as found from (${parts.join(' union ')}) as record`, parameters.values);
  const found = Number(rows[0]?.['found']);
  return { count: found, countExact: found <= EXACT_UP_TO };
}

export async function countUnexplained(client: PostgresLike, search: Search, tableOfType: (type: string) => string): Promise<Count> {
  const parameters = new Parameters();
  const where = unexplainedConditions(search, parameters, tableOfType).join(' and ');
  const { rows } = await client.query(`select count(*)::int as found from (select from deedlog.effect where ${where} limit ${EXACT_UP_TO + 1}) as effect`, parameters.values);
  const found = Number(rows[0]?.['found']);
  if (found <= EXACT_UP_TO) return { count: found, countExact: true };
  return { count: Math.max(found, await estimateRows(client, `select from deedlog.effect where ${where}`, parameters)), countExact: false };
}
