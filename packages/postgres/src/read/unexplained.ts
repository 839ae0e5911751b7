import { effectOfId, unexplainedId } from '@deedlog/core';
import type { FoundRecord, PageSearch } from '@deedlog/core';
import { EFFECT_COLUMNS, effectOfRow } from '../effects-of.ts';
import type { PostgresLike, PostgresRow } from '../postgres-like.ts';
import type { FoundRecords } from './find-page.ts';
import { Parameters } from './parameters.ts';

/** Effects without an activity, by their numbers. */
export async function effectsByNumber(client: PostgresLike, numbers: readonly string[]): Promise<FoundRecord[]> {
  if (numbers.length === 0) return [];
  const parameters = new Parameters();
  const { rows } = await client.query(
    `select ${EFFECT_COLUMNS} from deedlog.effect where activity_id is null and id = any(${parameters.addList(numbers, 'bigint')})`,
    parameters.values,
  );
  return rows.map(recordOfRow);
}

function recordOfRow(row: PostgresRow): FoundRecord {
  const effect = effectOfRow(row);
  return { effect, position: { at: effect.at, id: unexplainedId(effect.id) } };
}

/** Conditions of a listing of unexplained effects; of the filters only time and target apply. `tableOf`: the table of an object type. */
export function unexplainedConditions({ filter }: Pick<PageSearch, 'filter'>, parameters: Parameters, tableOf: (type: string) => string): string[] {
  const { from, until, targetType, targetId } = filter;
  return [
    'activity_id is null',
    ...(from === undefined ? [] : [`at >= ${parameters.add(from.toISOString(), 'timestamptz')}`]),
    ...(until === undefined ? [] : [`at < ${parameters.add(until.toISOString(), 'timestamptz')}`]),
    ...(targetType === undefined ? [] : [`tbl = any(array(select id from deedlog.relation where name = ${parameters.add(tableOf(targetType), 'text')}))`]),
    ...(targetId === undefined ? [] : [`pk = ${parameters.add(targetId, 'text')}`]),
  ];
}

/** A page of the effects that no activity explains. */
export async function findUnexplained(client: PostgresLike, search: PageSearch, tableOf: (type: string) => string): Promise<FoundRecords> {
  const { position, limit } = search;
  const parameters = new Parameters();
  const conditions = unexplainedConditions(search, parameters, tableOf);
  const newer = position?.direction === 'newer';
  if (position !== undefined) {
    const at = parameters.add(position.at, 'timestamptz');
    const sign = newer ? '>' : '<';
    conditions.push(`at ${sign}= ${at}`, `(at, id) ${sign} (${at}, ${parameters.add(effectOfId(position.id) ?? '9223372036854775807', 'bigint')})`);
  }
  const order = newer ? 'effect.at, effect.id' : 'effect.at desc, effect.id desc';
  const { rows } = await client.query(`select ${EFFECT_COLUMNS} from deedlog.effect where ${conditions.join(' and ')} order by ${order} limit ${limit + 1}`, parameters.values);
  const records = rows.slice(0, limit).map(recordOfRow);
  return { records: newer ? records.toReversed() : records, continueAt: rows.length > limit ? records.at(-1)?.position : undefined };
}
