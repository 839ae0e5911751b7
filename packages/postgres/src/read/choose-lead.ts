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
/** The text index gives its finds in no order: with more than this, reading in the order of time is faster. */
const MAX_TEXT_FINDS = 5000;

/** Which index finds the fewest records, by the planner's statistics. The others become conditions on what it finds. */
export async function chooseLead(client: PostgresLike, branch: Omit<Branch, 'lead'>, choice: LeadChoice): Promise<Lead> {
  const leads = possibleLeads(choice);
  const [only] = leads;
  if (only === undefined) return { by: 'time' };
  if (leads.length === 1 && only.by !== 'text') return only;
  let best: Lead = { by: 'time' };
  let fewest = Infinity;
  for (const lead of leads) {
    const rows = await estimateLead(client, { ...branch, lead }, choice.search);
    if (rows >= fewest || (lead.by === 'text' && rows > MAX_TEXT_FINDS)) continue;
    best = lead;
    fewest = rows;
  }
  return best;
}

export interface LeadChoice {
  readonly search: Search | PageSearch;
  /** The actions that begin with the prefix; undefined: too many, or no prefix. */
  readonly actions: readonly string[] | undefined;
  readonly hasTextIndex: boolean;
}

function possibleLeads({ search, actions, hasTextIndex }: LeadChoice): Lead[] {
  const { filter, tenants, dataSubject, textParts } = search;
  const { actorId, action, correlationId, targetType, targetId, words } = filter;
  const named = action === undefined ? actions : [action];
  return [
    ...(dataSubject === undefined ? [] : [relatedPerson(dataSubject)]),
    ...(correlationId === undefined ? [] : [{ by: 'correlation_id', values: [correlationId] } as const]),
    ...(targetType === undefined || targetId === undefined ? [] : [{ by: 'target', type: targetType, id: targetId } as const]),
    ...(actorId === undefined ? [] : [{ by: 'actor_id', values: [actorId] } as const]),
    ...(named === undefined || named.length > MAX_VALUES ? [] : [{ by: 'action', values: named } as const]),
    ...(tenants === 'all' || tenants.length > MAX_VALUES ? [] : [{ by: 'tenant', values: tenants } as const]),
    ...(words.length > 0 && hasTextIndex && isIndexed(textParts) ? [{ by: 'text', words } as const] : []),
  ];
}

function estimateLead(client: PostgresLike, branch: Branch, search: Search): Promise<number> {
  const parameters = new Parameters();
  const where = [leadCondition(branch.lead, parameters), ...timeConditions(search.filter, parameters)].join(' and ');
  return estimateRows(client, `select from ${tableOf(branch)} where ${where}`, parameters);
}
