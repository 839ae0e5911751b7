import { expect, test } from 'vitest';
import { openClinic, Patient } from '../mikro-orm/clinic.ts';
import { listenToDriver } from '../mikro-orm/listen-to-driver.ts';
import { databaseKind } from '../support/database.ts';
import { openTriggered, Sample } from './triggered-ward.ts';
import type { TriggeredWard } from './triggered-ward.ts';

// PGlite has no wire, so nothing to count there.
const onTheWire = test.skipIf(databaseKind === 'pglite');

const SET = /set_config\('deedlog\.activity', '[0-9a-f-]{36}', true\)/;

/** The statements that reach the database while `body` runs, as the driver sends them. */
async function statementsOf(body: (ward: TriggeredWard) => Promise<unknown>): Promise<string[]> {
  await using ward = await openTriggered();
  await ward.client.query(`insert into sample (code) values ('A')`);
  await ward.orm.em.fork().count(Sample);
  const { sent, stop } = listenToDriver();
  await body(ward);
  stop();
  return sent;
}

async function rename({ orm }: TriggeredWard): Promise<void> {
  const em = orm.em.fork();
  (await em.findOneOrFail(Sample, { code: 'A' })).code = 'B';
  await em.flush();
}

onTheWire('the id goes with begin, in one round trip', async () => {
  const bare = await statementsOf(rename);
  const audited = await statementsOf((ward) => ward.weigh(() => rename(ward)));
  expect(bare).toHaveLength(4);
  expect(audited).toEqual([
    expect.stringMatching(/^select/),
    expect.stringMatching(/^begin; select set_config/),
    expect.stringMatching(/^update/),
    expect.stringMatching(/deedlog\.record\(/),
    'commit',
  ]);
  expect(audited[1]).toMatch(SET);
});

onTheWire('an isolation level stays with the begin that has the id', async () => {
  const sent = await statementsOf((ward) =>
    ward.weigh(() => ward.orm.em.fork().transactional((em) => em.nativeDelete(Sample, {}), { isolationLevel: 'serializable' as never })),
  );
  expect(sent[0]).toMatch(/^start transaction isolation level serializable; select set_config/);
});

onTheWire('a bulk update of its own becomes a transaction that takes the record along', async () => {
  const sent = await statementsOf((ward) => ward.weigh(() => ward.orm.em.fork().nativeUpdate(Sample, {}, { weight: 1 })));
  expect(sent).toEqual([
    expect.stringMatching(SET),
    expect.stringMatching(/^update/),
    expect.stringMatching(/deedlog\.record\(/),
    'commit',
  ]);
});

onTheWire('reading costs nothing, in an intent or a scope', async () => {
  const read = async ({ orm }: TriggeredWard): Promise<void> => {
    const em = orm.em.fork();
    await em.find(Sample, { code: { $like: 'A%' } }, { orderBy: { id: 'asc' }, limit: 3 });
    await em.count(Sample, { $or: [{ weight: { $gt: 1 } }, { weight: null }] });
    await em.execute('select max(weight), lower(code) from sample group by code');
    await em.find(Sample, { code: "it's steal(ing) and update (this)" });
    await em.execute(`with found as (select * from sample where code = 'delete') select count(*) from found -- drop(it)`);
  };
  const bare = await statementsOf(read);
  expect(await statementsOf((ward) => ward.deedlog.run({ host: {} }, () => read(ward)))).toEqual(bare);
  const inIntent = await statementsOf((ward) => ward.weigh(() => read(ward)));
  expect(inIntent.slice(0, -1)).toEqual(bare);
  // The record itself, at the end.
  expect(inIntent.at(-1)).toMatch(/deedlog\.record\(/);
});

test.for([
  `select take('A')`,
  `select "take"('A')`,
  `select public.take ('it''s')`,
  `select /* ' */ take('A') -- '`,
  `select take(E'\\'') where E'\\'' <> ' take'`,
  `select $a$'$a$, take('A')`,
  `values (take('A'))`,
])('a query that calls a function which may write is no plain read: %s', async (sql) => {
  await using ward = await openTriggered();
  await ward.client.query(`create function public.take(code text) returns int language sql as 'insert into sample (code) values ($1) returning id'`);
  await ward.weigh(() => ward.orm.em.fork().execute(sql));
  const [activity] = await ward.activities();
  expect((await ward.effects()).map(({ activityId }) => activityId)).toEqual([activity?.id]);
});

onTheWire('where no entity has triggers, nothing is sent and nothing is wrapped', async () => {
  await using clinic = await openClinic();
  await clinic.orm.em.fork().count(Patient);
  const { sent, stop } = listenToDriver();
  await clinic.admit(async () => {
    await clinic.orm.em.fork().insert(Patient, { name: 'Ada' });
  });
  stop();
  expect(sent).toEqual([expect.stringMatching(/^insert into "patient"/), expect.stringMatching(/deedlog\.record\(/)]);
});
