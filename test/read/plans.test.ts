import { createId } from '@deedlog/core';
import type { LogView } from '@deedlog/core';
import { insertActivities, postgresReader } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import pg from 'pg';
import { expect, test } from 'vitest';
import { generateLog } from '../bench/read-data.ts';
import { EVERYTHING, follow } from '../contract/reader.ts';
import { bareActivity } from '../contract/sample-activity.ts';
import { databaseKind, testDatabase } from '../support/database.ts';
import { StatementLog } from './statement-log.ts';

const GOLDEN = '../golden/read-plans.txt';
/** The planner of another version may choose differently; what every plan must be is asked of each. */
const GOLDEN_MAJOR = 15;
const SIZE = { activities: 20_000, effects: 60_000 };

const WEEK = { from: new Date('2026-03-02T00:00:00Z'), until: new Date('2026-03-09T00:00:00Z') };
const secondPage = async (page: (after?: string) => Promise<{ next: string | null }>): Promise<unknown> => page((await page()).next ?? 'none');

/** Each way to read. What only a word without an index could find is bounded by a limit inside, see the statements. */
const QUERIES: Readonly<Record<string, (view: LogView, client: PostgresLike) => Promise<unknown>>> = {
  'the newest': (view) => view.list(),
  'the page after': (view) => secondPage((after) => view.list({ after, count: false })),
  'in a week': (view) => view.list(WEEK),
  'of an object': (view) => view.list({ target: { type: 'Thing1', id: '77' } }),
  'history of an object': (view) => view.history({ type: 'public.thing', id: '77' }),
  'history of a row with many effects': (view) => secondPage((after) => view.history({ type: 'public.thing', id: '1' }, { after, count: false })),
  'of an actor': (view) => view.actor('7'),
  'of an actor, the page after': (view) => secondPage((after) => view.actor('hot', { after, count: false })),
  'action in a week': (view) => view.list({ action: 'invoice.approve', ...WEEK }),
  'action prefix in a week': (view) => view.list({ action: 'invoice.*', ...WEEK }),
  'action, outcome and tool': (view) => view.list({ action: 'patient.update', outcome: 'denied', tool: 'ward' }),
  'tenant and outcome': (view) => view.list({ tenant: 'tenant-7', outcome: 'failure' }),
  'of a request': (view) => view.list({ correlationId: 'flow-777' }),
  'access log of a person': (view) => view.access('40'),
  'text without an index': (view) => view.list({ text: 'refund twice' }),
  'unexplained effects': (view) => view.list({ unexplained: true }),
  'one by its id': async (view) => view.get((await view.list({ limit: 1, count: false })).results[0]?.id ?? ''),
  'chart of a week': (view) => view.chart(WEEK),
  'tail': async (view, client) => {
    const { cursor } = await view.tail();
    await insertActivities(client, [bareActivity({ id: createId(), occurredAt: new Date() })]);
    expect((await follow(view, cursor, 1)).ids).toHaveLength(1);
  },
};

test.skipIf(databaseKind === 'pglite')('every way to read is led by an index, and a later page is asked for like the second', async () => {
  await using database = await testDatabase();
  if (!('clientUrl' in database.connection)) throw new Error('no server');
  // One connection: what is set below holds for every statement.
  const client = new pg.Pool({ connectionString: database.connection.clientUrl, max: 1 });
  try {
    const found = await plansOf(client);
    for (const [name, { plans, statements }] of found) {
      const nodes = plans.flatMap((plan) => plan.split('\n'));
      expect(nodes.filter((node) => /Seq Scan on (activity|effect)/.test(node)), name).toEqual([]);
      expect(nodes.some((node) => /Index (Only )?Scan.* on (activity|effect)_default/.test(node)), name).toBe(true);
      // The only offsets are constants: walls for the planner, and the end of what one page may examine.
      expect(statements.filter((sql) => /offset (?!0\b|4999\b|999\b|249\b)/.test(sql)), name).toEqual([]);
    }
    expect(await depthDiffers(client)).toEqual([]);
    const { rows } = await client.query<{ major: number }>(`select current_setting('server_version_num')::int / 10000 as major`);
    if (rows[0]?.major === GOLDEN_MAJOR) await expect(goldenOf(found)).toMatchFileSnapshot(GOLDEN);
  } finally {
    await client.end();
  }
}, 240_000);

type Plans = ReadonlyMap<string, { readonly plans: readonly string[]; readonly statements: readonly string[] }>;

async function plansOf(client: pg.Pool): Promise<Plans> {
  // Statistics of every row instead of a random sample, and nothing that depends on the machine.
  await client.query('set default_statistics_target = 1000');
  await client.query('set max_parallel_workers_per_gather = 0');
  await client.query('alter table deedlog.activity_default set (autovacuum_enabled = off)');
  await client.query('alter table deedlog.effect_default set (autovacuum_enabled = off)');
  await generateLog(client, SIZE);
  const found = new Map<string, { plans: string[]; statements: string[] }>();
  for (const [name, query] of Object.entries(QUERIES)) {
    const log = new StatementLog(client);
    await query(postgresReader(log).as(EVERYTHING), client);
    found.set(name, { plans: await log.plans(), statements: log.statements.map(({ sql }) => sql) });
  }
  return found;
}

/** Each plan once; where it comes again, its number alone. */
function goldenOf(found: Plans): string {
  const numbers = new Map<string, number>();
  const parts = [...found].map(([name, { plans }]) => {
    const told = plans.map((plan) => {
      const known = numbers.get(plan);
      if (known !== undefined) return `[plan ${known}]`;
      numbers.set(plan, numbers.size + 1);
      return `[plan ${numbers.size}]\n${plan}`;
    });
    return `## ${name}\n${told.join('\n')}\n`;
  });
  return parts.join('\n');
}

/** Listings whose hundredth page is not asked for with the statements of the second, or not done by their plan. */
async function depthDiffers(client: PostgresLike): Promise<string[]> {
  const listings = { all: {}, action: { action: 'invoice.create' }, actor: { actor: { id: 'hot' } }, filtered: { tool: 'ward' } };
  const different: string[] = [];
  for (const [name, query] of Object.entries(listings)) {
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 1; page <= 100; page++) {
      const log = new StatementLog(client);
      after = (await postgresReader(log).as(EVERYTHING).list({ ...query, limit: 4, count: false, after })).next ?? undefined;
      if (page === 2 || page === 100) seen.push([...log.statements.map(({ sql }) => sql), ...(await log.plans())].join('\n'));
      if (after === undefined) throw new Error(`${name}: no page ${page + 1}`);
    }
    if (seen[0] !== seen[1]) different.push(`${name}:\n${seen.join('\n----\n')}`);
  }
  return different;
}
