import { activityFromRow } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import type { Activity } from '@deedlog/core';
import { expect } from 'vitest';
import type { Account } from './account.ts';
import { replay, told } from './replay.ts';
import { OTHER_ACTOR } from './request.ts';
import type { Stamps } from './stamps.ts';
import type { Whereabouts } from './whereabouts.ts';
import { content, witnessed } from './witness.ts';

export interface EffectRow {
  readonly row: string;
  readonly op: 'I' | 'U' | 'D';
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly activity: string | null;
  readonly xact: string;
}

/** The log as it is, and what is known without it. */
interface Log {
  readonly effects: readonly EffectRow[];
  readonly activities: ReadonlyMap<string, Activity>;
  readonly stamps: Stamps;
  readonly account: Account;
}

const EFFECTS = `select r.name || ' ' || pk as row, op::text as op, changes, activity_id::text as activity, xact::text as xact
from deedlog.effect e join deedlog.relation r on r.id = e.tbl order by e.id`;

/** Holds the log against what the database itself saw, and what the program knows. Returns how many effects there were. */
export async function checkLog(client: PostgresLike, { stamps, account }: { readonly stamps: Stamps; readonly account: Account }): Promise<number> {
  const effects = (await client.query(EFFECTS)).rows as unknown as EffectRow[];
  const rows = (await client.query('select * from deedlog.activity')).rows.map(activityFromRow);
  const activities = new Map(rows.map((activity) => [activity.id, activity]));
  expect(activities.size, 'activities by id').toBe(rows.length);
  const log = { effects, activities, stamps, account };
  checkRowChanges(log, await changesSeen(client, stamps));
  checkCollectionChanges(log);
  expect(told(replay(effects))).toEqual(told(await content(client)));
  checkFallback(log);
  checkTold(log);
  return effects.length;
}

interface SeenChange {
  readonly row: string;
  readonly op: string;
  readonly xact: string;
  readonly place: Whereabouts | undefined;
}

async function changesSeen(client: PostgresLike, stamps: Stamps): Promise<SeenChange[]> {
  return (await witnessed(client)).map(({ row, op, xact, stamp, count }) => {
    const written = stamp === null ? stamps.flushOfCount(count) : (JSON.parse(stamp) as Whereabouts);
    return { row, op, xact, place: op === 'D' ? stamps.deletionOf(row) : written };
  });
}

/** Every change of a row has one effect, in the same transaction and of the right activity, and there are no others. */
function checkRowChanges({ effects, activities }: Log, seen: readonly SeenChange[]): void {
  const ofRows = byRow(effects.filter((effect) => !isOfCollection(effect)));
  const truths = byRow(seen);
  const brief = (list: readonly { row: string; op: string; xact: string }[]): string[] => list.map(({ row, op, xact }) => `${op} ${row} in ${xact}`);
  expect(brief(ofRows)).toEqual(brief(truths));
  for (const [index, effect] of ofRows.entries()) checkPlace(effect, activities, truths[index]?.place);
}

function checkPlace(effect: EffectRow, activities: Log['activities'], place: Whereabouts | undefined): void {
  const what = `${effect.op} ${effect.row}`;
  const activity = activities.get(effect.activity ?? '');
  expect(activity, `activity of ${what}`).toBeDefined();
  expect(place, `whereabouts of ${what}`).toBeDefined();
  expect(activity?.actorId ?? undefined, `actor of ${what}`).toBe(place?.actor);
  if (place?.intent !== undefined) expect(effect.activity, `intent of ${what}`).toBe(place.intent);
  // Outside an intent an activity explains the changes of its target alone: made by the fallback, or told before by hand.
  else expect(isAbout(activity, effect.row), `target of ${what}: ${activity?.targetType} ${activity?.targetId}`).toBe(true);
}

function isAbout(activity: Activity | undefined, row: string): boolean {
  return `${activity?.targetType} ${activity?.targetId}`.toLowerCase() === row.replace('public.animal', 'dog').replace('public.', '');
}

function isOfCollection({ op, changes }: EffectRow): boolean {
  return op === 'U' && Object.keys(changes).join() === 'marks';
}

/** A collection that changes alone touches no row that could bear a stamp. */
function checkCollectionChanges({ effects, activities, stamps }: Log): void {
  for (const effect of effects.filter(isOfCollection)) {
    const what = `collection of ${effect.row}`;
    const activity = activities.get(effect.activity ?? '');
    expect(activity, `activity of the ${what}`).toBeDefined();
    const places = stamps.collectionChangesOf(effect.row, effect.changes['marks']?.[1] as string[]);
    const explained = places.some(({ actor, intent }) => {
      const byIntent = intent === undefined ? isAbout(activity, effect.row) : intent === activity?.id;
      return byIntent && actor === (activity?.actorId ?? undefined);
    });
    expect(explained, `${what}: ${JSON.stringify({ activity, places })}`).toBe(true);
  }
}

/** By row, each row's in the order in which they happened. */
function byRow<One extends { readonly row: string }>(list: readonly One[]): One[] {
  return list.toSorted((one, other) => (one.row < other.row ? -1 : one.row > other.row ? 1 : 0));
}

/** The fallback tells a change of one flow once, and never without an effect. */
function checkFallback({ activities, effects }: Log): void {
  const explained = new Set(effects.map(({ activity }) => activity));
  const acts = new Set<string>();
  for (const { id, observer, correlationId, actorId, targetType, targetId, action } of activities.values()) {
    if (observer !== 'mikro-orm') continue;
    expect(explained.has(id), `${action} without an effect`).toBe(true);
    // Each scope of another actor is a flow of its own.
    if (correlationId === null || actorId === OTHER_ACTOR) continue;
    const act = JSON.stringify([correlationId, targetType, targetId, action]);
    expect(acts.has(act), `${act} told twice`).toBe(false);
    acts.add(act);
  }
}

/** What the program told is there unless it was rolled back, once; and nothing else is. */
function checkTold({ activities, account }: Log): void {
  const { durable, failed, told: known, either } = account;
  for (const id of durable) expect(activities.has(id), `told activity ${id}`).toBe(true);
  const causes = new Set<string>();
  for (const { id, observer, action, outcome, causationId } of activities.values()) {
    if (failed.has(id) || known.has(id)) expect(durable.has(id) || either.has(id), `${action} ${id} was rolled back`).toBe(true);
    if (observer === 'mikro-orm' || known.has(id)) continue;
    // An intent that failed after it had committed says so by a second record.
    const again = causationId ?? '';
    expect({ action, outcome }).toEqual({ action: 'ward.act', outcome: 'failure' });
    expect(failed.has(again) && activities.get(again)?.outcome === 'success', `second record of ${again}`).toBe(true);
    expect(causes.has(again), `third record of ${again}`).toBe(false);
    causes.add(again);
  }
  for (const id of failed) expect(causes.has(id) || activities.get(id)?.outcome === 'failure', `failure of ${id}`).toBe(true);
}
