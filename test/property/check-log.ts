import { activityFromRow } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import type { Activity } from '@deedlog/core';
import { expect } from 'vitest';
import type { Stamps, Whereabouts } from './stamps.ts';
import { witnessed } from './witness.ts';

interface EffectRow {
  readonly table: string;
  readonly op: string;
  readonly key: string;
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly activity: string | null;
}

const EFFECTS = `select r.name as "table", op::text as op, pk as key, changes, activity_id::text as activity
from deedlog.effect e join deedlog.relation r on r.id = e.tbl order by e.id`;

/** Holds the log against what the database itself saw. Returns how many effects there were. */
export async function checkLog(client: PostgresLike, stamps: Stamps): Promise<number> {
  const effects = (await client.query(EFFECTS)).rows as unknown as EffectRow[];
  const activities = (await client.query('select * from deedlog.activity')).rows.map(activityFromRow);
  checkExplained(effects, activities);
  await checkAgainstWitness(client, { effects, activities, stamps });
  expect(replay(effects)).toEqual(await content(client));
  checkOnce(activities, effects);
  return effects.length;
}

function checkExplained(effects: readonly EffectRow[], activities: readonly Activity[]): void {
  const known = new Set(activities.map(({ id }) => id));
  expect(known.size).toBe(activities.length);
  for (const effect of effects) expect(known.has(effect.activity ?? ''), `activity of ${JSON.stringify(effect)}`).toBe(true);
}

async function checkAgainstWitness(client: PostgresLike, log: { effects: readonly EffectRow[]; activities: readonly Activity[]; stamps: Stamps }): Promise<void> {
  const { effects, activities, stamps } = log;
  const byId = new Map(activities.map((activity) => [activity.id, activity]));
  // A collection that changes alone touches no row of the entity's own table.
  const ofRows = effects.filter(({ op, changes }) => op !== 'U' || Object.keys(changes).some((name) => name !== 'marks'));
  const seen = (await witnessed(client)).map(({ table, op, key, stamp }) => ({
    row: `${table} ${key}`,
    op,
    at: (op === 'D' ? stamps.deletions.get(`${table} ${key}`) : stamp) ?? 'no stamp',
  }));
  const told = ofRows.map(({ table, op, key, activity }, index) => {
    const one = byId.get(activity ?? '');
    const place: Partial<Whereabouts> = typeof one?.actorId === 'string' ? { actor: one.actorId } : {};
    return { row: `${table} ${key}`, op, place, activity: one, index };
  });
  const rows = (list: readonly { row: string; op: string }[]): string[] => list.map(({ row, op }) => `${row} ${op}`);
  expect(rows(inRows(told))).toEqual(rows(inRows(seen)));
  const truths = inRows(seen);
  for (const [index, { place, activity, row }] of inRows(told).entries()) {
    const truth = JSON.parse(truths[index]?.at ?? '{}') as Partial<Whereabouts>;
    expect(place.actor, `actor of ${row}`).toBe(truth.actor);
    if (truth.intent !== undefined) expect(activity?.id, `intent of ${row}`).toBe(truth.intent);
    else expect(activity?.action, `activity of ${row}`).not.toBe('ward.act');
  }
}

/** By row, each row's in the order in which they happened. */
function inRows<One extends { readonly row: string }>(list: readonly One[]): One[] {
  return list.toSorted((one, other) => (one.row < other.row ? -1 : one.row > other.row ? 1 : 0));
}

type Fields = Record<string, unknown>;

/** Applies every effect to an empty database, and demands that each old value is the one that stood there. */
function replay(effects: readonly EffectRow[]): Record<string, Fields> {
  const rows: Record<string, Fields> = {};
  for (const { table, op, key, changes } of effects) {
    const row = `${table} ${key}`;
    const state = op === 'I' ? {} : rows[row];
    expect(state, `${op} of ${row}`).toBeDefined();
    for (const [name, [old, now]] of Object.entries(changes)) {
      expect(old, `old ${name} of ${row}`).toEqual(state?.[name] ?? (name === 'marks' && op !== 'I' && old !== null ? [] : null));
      if (state !== undefined) state[name] = now;
    }
    if (op === 'D') delete rows[row];
    else rows[row] = state ?? {};
  }
  for (const [row, state] of Object.entries(rows)) rows[row] = known(state);
  return rows;
}

/** What is null or empty need not be told. */
function known(state: Fields): Fields {
  return Object.fromEntries(
    Object.entries(state)
      .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
      .map(([name, value]) => [name, name === 'marks' ? (value as string[]).toSorted() : value]),
  );
}

const CONTENT = `
select 'public.owner ' || id as row, jsonb_build_object('lane', lane, 'stamp', stamp, 'code', code, 'count', count, 'big', big::text, 'notes', notes,
  'born', to_char(born at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'home.street', home_street, 'home.city', home_city,
  'marks', (select jsonb_agg(mark_id::text order by mark_id) from owner_marks m where m.owner_id = o.id)) as state from owner o
union all select 'public.seat ' || hall || ':' || row, to_jsonb(s) from seat s
union all select 'public.animal ' || id, to_jsonb(a) - 'id' from animal a`;

async function content(client: PostgresLike): Promise<Record<string, Fields>> {
  const { rows } = await client.query(CONTENT);
  return Object.fromEntries(rows.map(({ row, state }) => [String(row), known(state as Fields)]));
}

/** The fallback tells a change of one flow once, and never without an effect. */
function checkOnce(activities: readonly Activity[], effects: readonly EffectRow[]): void {
  const explained = new Set(effects.map(({ activity }) => activity));
  const acts = new Set<string>();
  for (const { id, observer, correlationId, targetType, targetId, action } of activities) {
    if (observer !== 'mikro-orm') continue;
    expect(explained.has(id), `${action} without an effect`).toBe(true);
    if (correlationId === null) continue;
    const act = JSON.stringify([correlationId, targetType, targetId, action]);
    expect(acts.has(act), `${act} told twice`).toBe(false);
    acts.add(act);
  }
}
