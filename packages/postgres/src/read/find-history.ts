import type { FoundRecord, ObjectReference, PageSearch, Position } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import type { Branch } from './branch.ts';
import type { Lead } from './conditions.ts';
import { effectsWindow } from './effects-window.ts';
import type { EffectsWindow } from './effects-window.ts';
import { findPage, inDirection, mergePages } from './find-page.ts';
import type { FoundRecords } from './find-page.ts';
import { effectsByNumber } from './unexplained.ts';

/** An object that a history is about, and the table of its row. */
export interface HistoryOf extends ObjectReference {
  readonly table: string;
  readonly models: readonly Omit<Branch, 'lead'>[];
}

/** A page of all that has to do with an object: as target, related, or by the effects of its row. */
export async function findHistory(client: PostgresLike, object: HistoryOf, search: PageSearch): Promise<FoundRecords & { readonly window: EffectsWindow }> {
  const window = await effectsWindow(client, object, { table: object.table, position: search.position });
  const activities = await findPage(client, historyBranches(object, [...window.explained.keys()]), search);
  const unexplained = await unexplainedNear(client, window, search);
  const inOrder = search.position?.direction === 'newer' ? activities.records.toReversed() : activities.records;
  const reach = { records: unexplained, continueAt: window.until };
  return { ...withEffects(mergePages({ ...activities, records: inOrder }, reach, search), window, search), window };
}

/** In each model: as target, as related, and the activities that changed its row. */
export function historyBranches({ type, id, models }: HistoryOf, activities: readonly string[]): Branch[] {
  const leads: Lead[] = [
    { by: 'target', type, id },
    { by: 'related', contains: JSON.stringify([{ type, id }]) },
    ...(activities.length === 0 ? [] : [{ by: 'ids', ids: activities } as const]),
  ];
  return models.flatMap((model) => leads.map((lead) => ({ ...model, lead })));
}

/** Effects without an activity answer to no filter but time. */
function isFiltered({ filter: { from: _from, until: _until, columns, words, ...others } }: PageSearch): boolean {
  return columns.length > 0 || words.length > 0 || Object.values(others).some((value) => value !== undefined);
}

/** The row changes in a window that nobody explained, as far as the search shows them. */
export async function unexplainedNear(client: PostgresLike, { unexplained }: EffectsWindow, search: PageSearch): Promise<FoundRecord[]> {
  if (search.unexplained !== 'also' || isFiltered(search)) return [];
  const { position, filter } = search;
  const order = inDirection(search);
  const found = await effectsByNumber(client, unexplained);
  return found.filter(({ position: place }) => {
    const time = Date.parse(place.at);
    const inRange = (filter.from === undefined || time >= filter.from.getTime()) && (filter.until === undefined || time < filter.until.getTime());
    return inRange && (position === undefined || order(place, position) > 0);
  });
}

/** Every position says at which effect of the row it is, so that a page may begin there. */
export function withEffects({ records, continueAt }: FoundRecords, { explained }: EffectsWindow, { position }: PageSearch): FoundRecords {
  const newer = position?.direction === 'newer';
  let effect = position?.effect;
  const placed = (newer ? records.toReversed() : records).map((record): FoundRecord => {
    effect = record.activity === undefined ? record.effect.id : (explained.get(record.activity.id) ?? effect);
    return { ...record, position: { ...record.position, effect } };
  });
  const stop: Position | undefined = continueAt === undefined ? undefined : { ...continueAt, effect: continueAt.effect ?? effect };
  return { records: newer ? placed.toReversed() : placed, continueAt: stop };
}
