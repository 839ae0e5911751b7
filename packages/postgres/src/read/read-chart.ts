import { chartFrom, chartRange } from '@deedlog/core';
import type { ActivityChart, Search } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import { tableOf } from './branch.ts';
import type { Branch } from './branch.ts';
import { leadCondition, otherConditions, timeConditions } from './conditions.ts';
import { Parameters } from './parameters.ts';

/** Most records of a branch that are counted for a chart: what a person waits for. */
const CHART_BUDGET = 200_000;

/** The newest records of each branch within the range, counted in buckets. */
export async function readChart(client: PostgresLike, branches: readonly Branch[], asked: { readonly search: Search; readonly buckets: number }): Promise<ActivityChart> {
  const range = chartRange(asked.search.filter, asked.buckets);
  const filter = { ...asked.search.filter, from: new Date(range.from), until: new Date(range.until) };
  const search = { ...asked.search, filter };
  const counts = new Map<number, Record<string, number>>();
  let since = range.from;
  for (const branch of branches) {
    const parameters = new Parameters();
    const others = otherConditions(search, branch.lead, parameters);
    const where = [leadCondition(branch.lead, parameters), ...timeConditions(filter, parameters)].join(' and ');
    const origin = parameters.add(new Date(range.from).toISOString(), 'timestamptz');
    const sql = `select floor(extract(epoch from occurred_at - ${origin}) * 1000 / ${range.width})::int as bucket, outcome,
  count(*) filter (where ${['true', ...others].join(' and ')})::int as found, count(*)::int as examined, (extract(epoch from min(occurred_at)) * 1000)::float8 as oldest
from (select ${others.length === 0 ? 'occurred_at, outcome' : '*'} from ${tableOf(branch)} where ${where} order by occurred_at desc, id desc limit ${CHART_BUDGET}) as record group by 1, 2`;
    const { rows } = await client.query(sql, parameters.values);
    let examined = 0;
    for (const row of rows) {
      examined += Number(row['examined']);
      const bucket = counts.get(Number(row['bucket'])) ?? {};
      const outcome = String(row['outcome']);
      counts.set(Number(row['bucket']), { ...bucket, [outcome]: (bucket[outcome] ?? 0) + Number(row['found']) });
    }
    if (examined === CHART_BUDGET) since = Math.max(since, Math.min(...rows.map((row) => Number(row['oldest']))));
  }
  return { ...chartFrom(range, counts, since === range.from), ...(since === range.from ? {} : { from: new Date(since).toISOString() }) };
}
