import type { Activity } from '../record/activity.ts';
import type { Json } from '../record/serialize.ts';
import { DATA_SUBJECT } from './data-subject.ts';
import type { ColumnFilter, Search, SearchFilter } from './log-source.ts';
import { wordsOf } from './words.ts';

/** Whether an activity is what a search asks for, and may be seen: the meaning that every source gives to a search. */
export function matchesSearch(activity: Activity, search: Search): boolean {
  const { models, tenants, object, dataSubject, unexplained, filter } = search;
  if (unexplained === 'only' || !models.includes(activity.model)) return false;
  if (tenants !== 'all' && (activity.tenant === null || !tenants.includes(activity.tenant))) return false;
  const related = activity.related ?? [];
  if (dataSubject !== undefined && !related.some(({ role, id }) => role === DATA_SUBJECT && id === dataSubject)) return false;
  if (object !== undefined) {
    const isTarget = activity.targetType === object.type && activity.targetId === object.id;
    if (!isTarget && !related.some(({ type, id }) => type === object.type && id === object.id)) return false;
  }
  return matchesFilter(activity, filter) && filter.words.every(wordFinder(activity, search));
}

function matchesFilter(activity: Activity, filter: SearchFilter): boolean {
  const { from, until, actionPrefix, columns, requestId } = filter;
  const equal = (['actorId', 'actorKind', 'action', 'targetType', 'targetId', 'tool', 'outcome', 'tenant', 'observer', 'correlationId'] as const).every(
    (name) => filter[name] === undefined || filter[name] === activity[name],
  );
  return (
    equal &&
    (from === undefined || activity.occurredAt >= from) &&
    (until === undefined || activity.occurredAt < until) &&
    (actionPrefix === undefined || activity.action.startsWith(actionPrefix)) &&
    (requestId === undefined || activity.context.requestId === requestId) &&
    columns.every((column) => matchesColumn(activity.columns?.[column.name] ?? null, column))
  );
}

function matchesColumn(stored: Json, { column: { type }, value }: ColumnFilter): boolean {
  if (stored === null || value === null) return stored === value;
  const numeric = type === 'numeric' || type === 'double precision';
  return numeric ? Number(stored) === Number(value) : String(stored) === value;
}

function wordFinder(activity: Activity, { textParts }: Search): (word: string) => boolean {
  const { action, actorId, actorLabel, targetId, targetLabel, reason, tool, outcomeCode, message, messageValues } = activity;
  const texts = [
    action,
    ...(textParts.has('actor') ? [actorId, actorLabel] : []),
    ...(textParts.has('target') ? [targetId, targetLabel] : []),
    ...(textParts.has('reason') ? [reason] : []),
    ...(textParts.has('tool') ? [tool] : []),
    ...(textParts.has('outcomeCode') ? [outcomeCode] : []),
    ...(textParts.has('message') ? [message?.replaceAll(SLOT, ' '), JSON.stringify(Object.values(messageValues ?? {}))] : []),
  ];
  const words = texts.flatMap((text) => wordsOf(text ?? '')).map((word) => word.toLowerCase());
  return (word) => words.some((each) => each.startsWith(word.toLowerCase()));
}

/** The names of slots are no words of the message. */
const SLOT = /\{[^{}]*\}/g;
