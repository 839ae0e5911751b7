import type { PageSearch, Search } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import { tableOf } from './branch.ts';
import type { Branch } from './branch.ts';
import { leadCondition, relatedPerson, timeConditions } from './conditions.ts';
import type { Lead } from './conditions.ts';
import { estimateRows } from './estimate-rows.ts';
import { Parameters } from './parameters.ts';
import { isIndexed } from './text-search.ts';

/** Values that are looked up one by one; more are a filter on the order of time. */
const MAX_VALUES = 100;
/** Which index finds the fewest records, by the planner's statistics. The others become conditions on what it finds. */
export async function chooseLead(client: PostgresLike, branch: Omit<Branch, 'lead'>, choice: LeadChoice): Promise<Lead> {
  const leads = possibleLeads(choice);
  const [only] = leads;
  if (only === undefined) return { by: 'time' };
  if (leads.length === 1) return only;
  let best: Lead = { by: 'time' };
  let fewest = Infinity;
  for (const lead of leads) {
    const rows = await estimateLead(client, { ...branch, lead }, choice.search);
    if (rows >= fewest) continue;
    best = lead;
    fewest = rows;
  }
  return best;
}

export interface LeadChoice {
  readonly search: Search | PageSearch;
  /** The actions that begin with the prefix; undefined: too many, or no prefix. */
  readonly actions: readonly string[] | undefined;
  /** Those that the text index should find. */
  readonly rareWords: readonly string[];
}

function possibleLeads({ search, actions, rareWords }: LeadChoice): Lead[] {
  const { filter, tenants, dataSubject } = search;
  const { actorId, action, correlationId, targetType, targetId } = filter;
  const named = action === undefined ? actions : [action];
  return [
    ...(dataSubject === undefined ? [] : [relatedPerson(dataSubject)]),
    ...(correlationId === undefined ? [] : [{ by: 'correlation_id', values: [correlationId] } as const]),
    ...(targetType === undefined || targetId === undefined ? [] : [{ by: 'target', type: targetType, id: targetId } as const]),
    ...(actorId === undefined ? [] : [{ by: 'actor_id', values: [actorId] } as const]),
    ...(named === undefined || named.length > MAX_VALUES ? [] : [{ by: 'action', values: named } as const]),
    ...(rareWords.length === 0 || !isIndexed(search.textParts) ? [] : [{ by: 'text', words: rareWords } as const]),
    ...(tenants === 'all' || tenants.length > MAX_VALUES ? [] : [{ by: 'tenant', values: tenants } as const]),
  ];
}

/** How many records a lead finds in the time of the search, by the planner's statistics. */
export function estimateLead(client: PostgresLike, branch: Branch, search: Search): Promise<number> {
  const parameters = new Parameters();
  const where = [leadCondition(branch.lead, parameters), ...timeConditions(search.filter, parameters)].join(' and ');
  return estimateRows(client, `select from ${tableOf(branch)} where ${where}`, parameters);
}
