import type { ObjectReference, PageSearch, Position } from '@deedlog/core';
import type { PostgresLike, PostgresRow } from '../postgres-like.ts';
import { positionSql } from './branch.ts';
import { Parameters } from './parameters.ts';

/** Effects of a row that are looked at for one page. */
export const WINDOW: number = 500;
/** How many of them lie before the place where the page begins: so far may the order of effects differ from that of their activities. */
const OVERLAP = 250;

/** Past every id: what lies at this time is not yet beyond it. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** What is known of an object's row near a page. */
export interface EffectsWindow {
  /** The newest effect of each activity that has one there, by the activity's id. */
  readonly explained: ReadonlyMap<string, string>;
  /** Numbers of effects that no activity explains. */
  readonly unexplained: readonly string[];
  /** How far the window reaches; undefined: to the end. */
  readonly until: Position | undefined;
}

/**
 * The effects of one row near the effect at which the page before ended, so that a row with millions of them costs what one with
 * hundreds does. Activities are listed by their time and found by their effects' order: one whose effect is more than {@link OVERLAP}
 * effects of the same row away from where its time would put it may not be found on the pages of such a row.
 */
export async function effectsWindow(client: PostgresLike, { id }: ObjectReference, { table, position }: { table: string; position: PageSearch['position'] }): Promise<EffectsWindow> {
  const from = position?.effect;
  const newer = position?.direction === 'newer' && from !== undefined;
  const parameters = new Parameters();
  const { ahead, back, sign } = newer ? { ahead: 'asc', back: 'desc', sign: '>' } : { ahead: 'desc', back: 'asc', sign: '<' };
  const row = `from deedlog.effect where tbl = relation.id and pk = ${parameters.add(id, 'text')}`;
  const start = from === undefined ? '' : `and id ${sign}= coalesce((select id ${row} and id ${newer ? '<' : '>'}= ${parameters.add(from, 'bigint')} order by id ${back} offset ${OVERLAP - 1} limit 1), ${newer ? 0 : MAX_BIGINT})`;
  const { rows } = await client.query(
    `select found.id::text as id, activity_id::text as activity_id, ${positionSql('at')} as at
from deedlog.relation cross join lateral (select id, activity_id, at ${row} ${start} order by id ${ahead} limit ${WINDOW}) as found
where name = ${parameters.add(table, 'text')} order by found.id ${ahead} limit ${WINDOW}`,
    parameters.values,
  );
  return windowOf(rows, { newer, size: WINDOW });
}

/** What these effects say: `size` of them were asked for, in the direction of reading. */
export function windowOf(rows: readonly PostgresRow[], { newer, size }: { readonly newer: boolean; readonly size: number }): EffectsWindow {
  const last = rows.at(-1);
  const explained = rows.filter((each) => each['activity_id'] !== null).map((each) => [String(each['activity_id']), String(each['id'])] as const);
  return {
    // The first that is set stays: walking away from the newest, that is the newest.
    explained: new Map(newer ? explained : explained.toReversed()),
    unexplained: rows.filter((each) => each['activity_id'] === null).map((each) => String(each['id'])),
    until: rows.length < size || last === undefined ? undefined : { at: String(last['at']), id: newer ? FIRST_ID : LAST_ID, effect: String(last['id']) },
  };
}

const MAX_BIGINT = '9223372036854775807';
