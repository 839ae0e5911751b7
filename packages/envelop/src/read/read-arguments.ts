import { timeOfText } from '@deedlog/core';
import type { ActivityFilter, ActivityQuery } from '@deedlog/core';
import { badInput } from './read-error.ts';

/** What GraphQL coerced of a filter; null where a client said so. */
export type FilterArgument = Readonly<Record<string, unknown>> | null | undefined;

export interface PageArguments {
  readonly filter?: FilterArgument;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

export type TailArguments = Pick<PageArguments, 'filter' | 'after'>;

/** Throws `BAD_USER_INPUT`; the reader checks the rest. */
export function filterOf(given: FilterArgument): ActivityFilter {
  const filter = Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== null));
  const { from, until, actorId, actorKind, targetType, targetId, ...others } = filter;
  const actor = actorId === undefined && actorKind === undefined ? {} : { actor: { id: actorId, kind: actorKind } };
  const target = targetType === undefined && targetId === undefined ? {} : { target: { type: targetType, id: targetId } };
  return { ...others, ...actor, ...target, from: timeOf('from', from), until: timeOf('until', until) } as ActivityFilter;
}

/** Throws `BAD_USER_INPUT`. */
export function queryOf({ filter, first, after, before }: PageArguments): ActivityQuery {
  return { ...filterOf(filter), limit: first ?? undefined, after: after ?? undefined, before: before ?? undefined, count: false };
}

function timeOf(name: string, text: unknown): Date | undefined {
  if (text === undefined) return undefined;
  const time = timeOfText(String(text));
  if (time === undefined) throw badInput(`${name} is no time like 2026-11-21T10:00:00Z.`);
  return time;
}
