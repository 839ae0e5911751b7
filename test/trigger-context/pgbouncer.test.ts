import { createDeedlog, userActor } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { withActivity } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { expect, test } from 'vitest';
import { databaseKind } from '../support/database.ts';
import { hasPgBouncer, openPgBouncer } from './pgbouncer.ts';
import { openTriggered, Note, Sample } from './triggered-ward.ts';

const missing = databaseKind === 'pglite' ? 'no DATABASE_URL: PGlite has one connection' : hasPgBouncer() ? undefined : 'PgBouncer is not installed';

/** Every third transaction has no activity, so that a leaked one would show. */
const TRANSACTIONS = 1000;
const isNobody = (number: number): boolean => number % 3 === 0;
/** More clients than connections. */
const CLIENTS = 100;
const CONNECTIONS = 5;

/** Rows whose effect names another activity than the one that wrote the row, or any where there was none. */
async function mistaken(client: PostgresLike): Promise<readonly object[]> {
  const { rows } = await client.query(
    `select s.code, a.action, e.activity_id from sample s join deedlog.effect e on e.pk = s.id::text left join deedlog.activity a on a.id = e.activity_id
     where case when s.code like 'nobody-%' then e.activity_id is not null else a.action is distinct from 'sample.' || s.code end`,
  );
  return rows;
}

async function effectCount(client: PostgresLike): Promise<number> {
  return Number((await client.query('select count(*) as effects from deedlog.effect')).rows[0]?.['effects']);
}

async function withoutActivity(pool: pg.Pool, number: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into sample (code) values ($1)', [`nobody-${number}`]);
    await client.query('commit');
  } finally {
    client.release();
  }
}

test(`pg through PgBouncer: ${TRANSACTIONS} transactions at once never see the activity of another`, async ({ skip }) => {
  if (missing !== undefined) return skip(missing);
  await using ward = await openTriggered();
  await using bouncer = await openPgBouncer('clientUrl' in ward.connection ? ward.connection.clientUrl : '', CONNECTIONS);
  const pool = new pg.Pool({ connectionString: bouncer.clientUrl, max: CLIENTS });
  await Promise.all(
    Array.from({ length: TRANSACTIONS }, async (_, number) => {
      if (isNobody(number)) return withoutActivity(pool, number);
      await withActivity(pool, { action: `sample.step-${number}`, actor: userActor(number) }, async (client) => {
        await client.query('insert into sample (code) values ($1)', [`step-${number}`]);
      });
    }),
  );
  await pool.end();
  expect(await effectCount(ward.client)).toBe(TRANSACTIONS);
  expect(await mistaken(ward.client)).toEqual([]);
});

test.for(['a small pool', 'PgBouncer'] as const)(`MikroORM through %s: ${TRANSACTIONS} transactions at once never see the activity of another`, async (way, { skip }) => {
  const reason = way === 'PgBouncer' ? missing : databaseKind === 'pglite' ? missing : undefined;
  if (reason !== undefined) return skip(reason);
  await using ward = await openTriggered({ enabled: false });
  const direct = 'clientUrl' in ward.connection ? ward.connection.clientUrl : '';
  await using bouncer = way === 'PgBouncer' ? await openPgBouncer(direct, CONNECTIONS) : undefined;
  const orm = await MikroORM.init({ entities: [Sample, Note], clientUrl: bouncer?.clientUrl ?? direct, pool: { max: way === 'PgBouncer' ? CLIENTS : CONNECTIONS } });
  const deedlog = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(orm) });
  await Promise.all(
    Array.from({ length: TRANSACTIONS }, async (_, number) => {
      const em = orm.em.fork();
      if (isNobody(number)) return void (await em.insert(Sample, { code: `nobody-${number}` }));
      await deedlog.withIntent({ action: `sample.step-${number}`, host: {} }, async () => {
        if (number % 2 === 0) await em.insert(Sample, { code: `step-${number}` });
        else await em.transactional((inner) => inner.execute(`insert into sample (code) values (?)`, [`step-${number}`]));
      });
    }),
  );
  await deedlog.close();
  await orm.close(true);
  expect(await effectCount(ward.client)).toBe(TRANSACTIONS);
  expect(await mistaken(ward.client)).toEqual([]);
});
