import type { PageSearch } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import { tableOf } from './branch.ts';
import { otherConditions } from './conditions.ts';
import { EXACT_UP_TO } from './count-found.ts';
import type { Count } from './count-found.ts';
import { WINDOW } from './effects-window.ts';
import { objectsSql, relatedSql } from './find-histories.ts';
import type { HistoryOf } from './find-history.ts';
import { Parameters } from './parameters.ts';

/** How many activities the history of each object has, in the order of the objects, by one statement. The search has no filter. */
export async function countHistories(client: PostgresLike, objects: readonly HistoryOf[], search: PageSearch): Promise<Count[]> {
  const parameters = new Parameters();
  const objectSql = objectsSql(objects.map((object, index) => ({ ...object, index })), parameters);
  const parts = (objects[0]?.models ?? []).flatMap((model) => {
    const others = otherConditions(search, { by: 'time' }, parameters).map((condition) => ` and ${condition}`).join('');
    const about = (condition: string): string => `(select id from ${tableOf(model)} where ${condition}${others} limit ${EXACT_UP_TO + 1})`;
    return [
      about('target_type = object_type and target_id = object_id'),
      `(${relatedSql(tableOf(model), 'id, tenant')} select id from found where true${others} limit ${EXACT_UP_TO + 1})`,
      `(select id from unnest(row_change.ids) as link (activity_id) join lateral (select * from ${tableOf(model)} where id = link.activity_id offset 0) as record on true where true${others})`,
    ];
  });
  const { rows } = await client.query(
    `select object_index, row_change.effects, row_change.unexplained, (select count(*) from (${parts.join(' union ')}) as record)::int as found
from ${objectSql} cross join lateral (
  select count(*)::int as effects, (count(*) filter (where activity_id is null))::int as unexplained, array_agg(activity_id) filter (where activity_id is not null) as ids
  from (select activity_id from deedlog.relation join deedlog.effect on effect.tbl = relation.id
    where relation.name = object_table and effect.pk = object_id order by effect.id desc limit ${WINDOW}) as effect
) as row_change`,
    parameters.values,
  );
  const counts = new Map(
    rows.map((row) => {
      const found = Number(row['found']);
      const unexplained = search.unexplained === 'also' ? Number(row['unexplained']) : 0;
      return [Number(row['object_index']), { count: found + unexplained, countExact: found <= EXACT_UP_TO && Number(row['effects']) < WINDOW }];
    }),
  );
  return objects.map((_, index) => counts.get(index) ?? { count: 0, countExact: true });
}
