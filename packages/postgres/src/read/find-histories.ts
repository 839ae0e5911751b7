import type { FoundRecord, PageSearch } from '@deedlog/core';
import type { PostgresLike, PostgresRow } from '../postgres-like.ts';
import { positionSql, selectList, tableOf } from './branch.ts';
import { otherConditions } from './conditions.ts';
import { windowOf } from './effects-window.ts';
import type { EffectsWindow } from './effects-window.ts';
import { findHistory, withEffects } from './find-history.ts';
import type { HistoryOf } from './find-history.ts';
import { inDirection, mergePages } from './find-page.ts';
import type { FoundRecords } from './find-page.ts';
import { Parameters } from './parameters.ts';
import { positionOf, recordsOfRows } from './records-of-rows.ts';
import { effectsByNumber } from './unexplained.ts';

/** An object with more activities than this is read on its own where tenants have to be told apart: only so the work for it is bounded. */
const SMALL = 1000;

/** First pages of the histories of many objects, with as many statements as for one. The search has no filter and no position. */
export async function findHistories(client: PostgresLike, objects: readonly HistoryOf[], search: PageSearch): Promise<FoundRecords[]> {
  const large = search.tenants === 'all' ? new Set<number>() : await largeObjects(client, objects);
  const together = objects.map((object, index) => ({ ...object, index })).filter(({ index }) => !large.has(index));
  const found = await readTogether(client, together, search);
  const pages: FoundRecords[] = [];
  for (const [index, object] of objects.entries()) pages.push(found.get(index) ?? (await findHistory(client, object, search)));
  return pages;
}

/** An object with its place in what was asked for. */
export interface IndexedObject extends HistoryOf {
  readonly index: number;
}

async function readTogether(client: PostgresLike, objects: readonly IndexedObject[], search: PageSearch): Promise<ReadonlyMap<number, FoundRecords>> {
  if (objects.length === 0) return new Map();
  const windows = await effectsWindows(client, objects, search);
  const found = Map.groupBy(await historyRows(client, objects, { windows, search }), (row) => Number(row['object_index']));
  const unexplained = await unexplainedOf(client, windows, search);
  const order = inDirection(search);
  const cuts = objects.map(({ index }) => {
    const own = [...new Map((found.get(index) ?? []).map((row) => [String(row['id']), row])).values()].toSorted((one, other) => order(positionOf(one), positionOf(other)));
    return { index, rows: own.slice(0, search.limit), more: own.length > search.limit };
  });
  const kept = new Map(cuts.flatMap(({ rows }) => rows).map((row) => [String(row['id']), row]));
  const records = new Map((await recordsOfRows(client, [...kept.values()])).map((record) => [record.position.id, record]));
  return new Map(
    cuts.map(({ index, rows, more }) => {
      const window = windows.get(index) ?? NO_EFFECTS;
      const own = rows.flatMap((row) => records.get(String(row['id'])) ?? []);
      const activities = { records: own, continueAt: more ? own.at(-1)?.position : undefined };
      const rowChanges = { records: window.unexplained.flatMap((number) => unexplained.get(number) ?? []), continueAt: window.until };
      return [index, withEffects(mergePages(activities, rowChanges, search), window, search)];
    }),
  );
}

const NO_EFFECTS: EffectsWindow = { explained: new Map(), unexplained: [], until: undefined };

/** The objects as rows: `object_index, object_type, object_id, object_table`. */
export function objectsSql(objects: readonly IndexedObject[], parameters: Parameters): string {
  const given = objects.map(({ index, type, id, table }) => ({ object_index: index, object_type: type, object_id: id, object_table: table }));
  // The limit tells the planner how many there are.
  return `(select * from jsonb_to_recordset(${parameters.add(JSON.stringify(given), 'jsonb')}) as given (object_index int, object_type text, object_id text, object_table text) limit ${given.length}) as object`;
}

/** The newest effects of each object's row. */
async function effectsWindows(client: PostgresLike, objects: readonly IndexedObject[], { limit }: PageSearch): Promise<ReadonlyMap<number, EffectsWindow>> {
  const size = Math.max(2 * limit, 50);
  const parameters = new Parameters();
  const { rows } = await client.query(
    `select object_index, found.id::text as id, activity_id::text as activity_id, ${positionSql('at')} as at
from ${objectsSql(objects, parameters)} join deedlog.relation on relation.name = object_table
cross join lateral (select id, activity_id, at from deedlog.effect where tbl = relation.id and pk = object_id order by id desc limit ${size}) as found
order by object_index, found.id desc`,
    parameters.values,
  );
  return new Map([...Map.groupBy(rows, (row) => Number(row['object_index']))].map(([index, own]) => [index, windowOf(own, { newer: false, size })]));
}

interface Asked {
  readonly windows: ReadonlyMap<number, EffectsWindow>;
  readonly search: PageSearch;
}

/** As target, as related, and what changed the row, in each model. */
async function historyRows(client: PostgresLike, objects: readonly IndexedObject[], { windows, search }: Asked): Promise<readonly PostgresRow[]> {
  const parameters = new Parameters();
  const links = [...windows].flatMap(([index, { explained }]) => [...explained.keys()].map((id) => ({ object_index: index, activity_id: id })));
  const linksSql = `jsonb_to_recordset(${parameters.add(JSON.stringify(links), 'jsonb')}) as link (object_index int, activity_id uuid)`;
  const objectSql = objectsSql(objects, parameters);
  const parts = (objects[0]?.models ?? []).flatMap((model) => {
    const table = tableOf(model);
    const list = `object_index, ${selectList(model, parameters)}`;
    const others = otherConditions(search, { by: 'time' }, parameters).map((condition) => ` and ${condition}`).join('');
    const newest = (condition: string): string =>
      `select ${list} from ${objectSql} cross join lateral (select * from ${table} where ${condition}${others} order by occurred_at desc, id desc limit ${search.limit + 1}) as record`;
    return [
      newest('target_type = object_type and target_id = object_id'),
      `select ${list} from ${objectSql} cross join lateral (${relatedSql(table, '*')} select * from found where true${others} order by occurred_at desc, id desc limit ${search.limit + 1}) as record`,
      `select ${list} from ${linksSql} join ${table} as record on record.id = link.activity_id where true${others}`,
    ];
  });
  const { rows } = await client.query(parts.map((part) => `(${part})`).join('\nunion all\n'), parameters.values);
  return rows;
}

/** The type and the id alone say nothing that both together do not; but of each the planner expects a hundredth of the table, and would compile code for that. */
const RELATED = [`'type', object_type`, `'id', object_id`, `'type', object_type, 'id', object_id`].map((keys) => `related @> jsonb_build_array(jsonb_build_object(${keys}))`).join(' and ');

/** Materialized: the planner takes it for likely that some are found soon, and would walk through the whole table. */
export function relatedSql(table: string, columns: string): string {
  return `with found as materialized (select ${columns} from ${table} where related is not null and ${RELATED})`;
}

/** By their numbers. */
async function unexplainedOf(client: PostgresLike, windows: Asked['windows'], { unexplained }: PageSearch): Promise<ReadonlyMap<string, FoundRecord>> {
  if (unexplained !== 'also') return new Map();
  const numbers = [...windows.values()].flatMap((window) => window.unexplained);
  const found = await effectsByNumber(client, numbers);
  return new Map(found.flatMap((record) => (record.activity === undefined ? [[record.effect.id, record] as const] : [])));
}

async function largeObjects(client: PostgresLike, objects: readonly HistoryOf[]): Promise<Set<number>> {
  const parameters = new Parameters();
  const objectSql = objectsSql(objects.map((object, index) => ({ ...object, index })), parameters);
  const parts = (objects[0]?.models ?? []).map(
    (model) => `(select object_index from ${objectSql}
where (select count(*) from (select from ${tableOf(model)} where target_type = object_type and target_id = object_id limit ${SMALL}) as record) = ${SMALL})`,
  );
  const { rows } = await client.query(parts.join('\nunion\n'), parameters.values);
  return new Set(rows.map((row) => Number(row['object_index'])));
}
