import { createId } from '@deedlog/core';
import { insertRecords, reconcile } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { ACCOUNT, act, brief, bypass, findings, ledger } from './ledger.ts';

/** Every kind of write, each in an act of its own. */
const WRITES = [
  `insert into account values (2, 'Ada', 10.50, 'DE1', 'secret', '2026-01-02T03:04:05.678Z'), (3, null, null, null, null, null)`,
  `update account set balance = balance + 1, note = 'other' where id in (1, 2)`,
  `update account set id = 20 where id = 2`,
  `update account set balance = 5 where id = 20`,
  `insert into account values (20, 'again', 6) on conflict (id) do update set balance = excluded.balance, owner = excluded.owner`,
  `delete from account where id = 3`,
  `insert into account values (3, 'back', 1, 'DE3')`,
  `update account set iban = 'DE4' where id = 3`,
  `insert into booking values ('eu', 2, 9007199254740993), ('us', 1, 5)`,
  `update booking set amount = 6 where region = 'us'`,
  `update booking set region = 'us', number = 7 where region = 'eu' and number = 2`,
  `update booking_eu set amount = 2`,
  `update booking set amount = amount + 1`,
  `insert into account values (4, 'short', 1)`,
];

test('a clean log has no findings, whatever was written', async () => {
  await using database = await ledger();
  for (const sql of WRITES) await act(database.client, 'account.correct', { sql: [sql] });
  expect(await findings(database.client)).toEqual([]);
  await act(database.client, 'account.correct', { sql: ['truncate account', `insert into account values (1, 'new', 1), (9, 'n', 2)`, 'update account set balance = 3'] });
  await act(database.client, 'booking.clear', { sql: ['truncate booking', `insert into booking values ('eu', 1, 1)`] });
  expect(await findings(database.client)).toEqual([]);
});

test('keys that are swapped, shifted or moved on raise no alarm', async () => {
  await using database = await ledger();
  const { client } = database;
  await client.query('alter table account drop constraint account_pkey, add primary key (id) deferrable');
  await act(client, 'account.open', { sql: [`insert into account values (2, 'two', 2), (3, 'three', 3), (4, 'four', 4)`] });
  await act(client, 'account.swap', { sql: [`update account set id = 5 - id where id in (2, 3)`] });
  await act(client, 'account.shift', { sql: [`update account set id = id + 1 where id > 1`] });
  await act(client, 'account.move', { sql: ['update account set id = 7 where id = 5', 'update account set id = 8 where id = 7', 'update account set id = 7 where id = 8'] });
  await act(client, 'account.correct', { sql: [`update account set balance = balance + 1, owner = 'x'`, 'delete from account where id = 3'] });
  expect(await findings(client)).toEqual([]);
});

test('what is known of a row goes with it to its new keys', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'account.open', { sql: [`insert into account values (2, 'Ada', 10), (3, 'Bob', 3)`] });
  await act(client, 'account.move', { sql: [`update account set id = 4, owner = 'Eve' where id = 2`] });
  await act(client, 'account.move', { sql: [`update account set id = 5 where id = 4`, `update account set id = 2 where id = 3`] });
  expect(await findings(client)).toEqual([]);
  const since = await now(client);
  await bypass(client, 'account', [`update account set balance = 99, owner = 'x' where id = 5`]);
  const found = await findings(client);
  expect(found.map((finding) => [brief(finding), finding.expected, finding.found])).toEqual([
    ['live-value public.account 5 balance', '10.00', '99.00'],
    ['live-value public.account 5 owner', 'Eve', 'x'],
  ]);
  await act(client, 'account.correct', { sql: [`update account set balance = 1, owner = 'y' where id in (2, 5)`] });
  const inEffects = ['old-value public.account 5 balance', 'old-value public.account 5 owner'];
  expect((await findings(client)).map(brief)).toEqual(inEffects);
  expect((await findings(client, { since })).map(brief)).toEqual(inEffects);
});

test('a row that has an old key of another, past the triggers, takes nothing of its history', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'account.open', { sql: [`insert into account values (2, 'Ada', 10)`] });
  await act(client, 'account.move', { sql: [`update account set id = 4 where id = 2`] });
  await bypass(client, 'account', [`insert into account values (2, 'Bob', 3)`]);
  await act(client, 'account.correct', { sql: [`update account set balance = 5 where id = 2`, `update account set balance = 11 where id = 4`] });
  expect((await findings(client)).map(brief)).toEqual(['row-was-absent public.account 2']);
});

test('an effect that no activity explains says where, when, who and in which transaction', async () => {
  await using database = await ledger();
  const { client } = database;
  await client.query(`update account set owner = 'psql' where id = 1`);
  await client.query(`update account set note = 'x' where id = 1`);
  const found = await findings(client);
  expect(found.map(brief)).toEqual(['no-activity public.account 1', 'no-activity public.account 1']);
  const [first] = found;
  expect(first).toMatchObject({ kind: 'unexplained-effect', activityId: null, databaseUser: 'postgres', effectId: expect.stringMatching(/^\d+$/), transaction: expect.stringMatching(/^\d+$/) });
  expect(Math.abs((first?.at?.getTime() ?? 0) - Date.now())).toBeLessThan(600_000);
});

test('an effect of an activity that the log lacks is unexplained too', async () => {
  await using database = await ledger();
  const activityId = createId();
  await insertRecords(database.client, { activities: [], effects: [{ table: 'public.account', op: 'U', key: '1', changes: {}, activityId }] });
  expect((await findings(database.client)).map((finding) => [brief(finding), finding.activityId])).toEqual([['unknown-activity public.account 1', activityId]]);
});

test('an act that claims a change of its target and made none is a finding; one that claims nothing is not', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'account.update', { target: ['Account', '1'], sql: [`update account set balance = 2 where id = 1`] });
  await act(client, 'account.update', { target: ['Account', '1'], sql: [`update account set balance = 2 where id = 1`] });
  await act(client, 'account.update', { target: ['Account', '1'], sql: [`insert into account values (5)`] });
  await act(client, 'account.view', { target: ['Account', '1'], sql: [] });
  await act(client, 'letter.update', { target: ['Letter', '1'], sql: [] });
  await act(client, 'account.approve', { target: ['Account', '1'], sql: [] });
  await act(client, 'account.delete', { target: ['Account', '5'], sql: ['delete from account where id = 5'] });
  await act(client, 'account.update', { target: ['Account', '1'], sql: ['update account set id = 11 where id = 1'] });
  expect((await findings(client)).map(brief)).toEqual(['no-effect public.account 1', 'no-effect public.account 1']);
  expect((await findings(client, { claims: ['account.approve'] })).map(brief)).toEqual(['no-effect public.account 1']);
  expect(await findings(client, { claims: ['%.update'] })).toEqual([]);
});

test('a write with the triggers disabled is found in the live row, and in the next effect', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'account.open', { sql: [`insert into account values (2, 'Ada', 10, 'DE1', 'n')`] });
  await bypass(client, 'account', [`update account set balance = 99, iban = 'DE2', note = 'm' where id = 2`]);
  expect((await findings(client)).map(brief)).toEqual(['live-value public.account 2 balance', 'live-value public.account 2 iban']);
  expect((await findings(client))[0]).toMatchObject({ expected: '10.00', found: '99.00', transaction: expect.stringMatching(/^\d+$/) });
  await act(client, 'account.correct', { sql: [`update account set balance = 1, iban = 'DE3' where id = 2`] });
  const later = await findings(client);
  expect(later.map(brief)).toEqual(['old-value public.account 2 balance', 'old-value public.account 2 iban']);
  expect(later[0]).toMatchObject({ kind: 'broken-continuity', expected: '10.00', found: '99.00', databaseUser: 'postgres' });
});

test('rows that came or went past the triggers are found', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'account.open', { sql: [`insert into account values (2, 'Ada', 10), (3, 'Bob', 3), (4, 'Cem', 4)`, `delete from account where id = 4`] });
  await bypass(client, 'account', [`delete from account where id = 3`, `insert into account values (4, 'Cem', 4), (50, 'nobody', 1)`]);
  const expected = ['live-row-missing public.account 3', 'live-row-present public.account 4', 'live-row-unlogged public.account 50'];
  expect((await findings(client)).map(brief)).toEqual(expected);
  expect(await findings(client, { live: false })).toEqual([]);
  await act(client, 'account.correct', { sql: [`insert into account values (3, 'Bob', 3)`, `update account set balance = 1 where id = 4`, `delete from account where id = 50`] });
  expect((await findings(client)).map(brief)).toEqual(['row-was-present public.account 3', 'row-was-absent public.account 4']);
});

test('a write to a partition whose triggers are gone is found', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'booking.add', { sql: [`insert into booking values ('us', 1, 5)`] });
  await bypass(client, 'booking_us', [`update booking_us set amount = 7`, `insert into booking_us values ('us', 2, 1)`]);
  expect((await findings(client)).map(brief)).toEqual(['live-value public.booking us:1 amount', 'live-row-unlogged public.booking us:2']);
});

test('a row restored from a backup is found', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'account.open', { sql: [`insert into account values (2, 'Ada', 10)`] });
  await client.query('create table backup as select * from account');
  await act(client, 'account.correct', { sql: [`update account set balance = 11 where id = 2`] });
  await bypass(client, 'account', ['delete from account where id = 2', 'insert into account select * from backup where id = 2']);
  expect((await findings(client)).map(brief)).toEqual(['live-value public.account 2 balance']);
});

test('since and until choose the findings, and the history before them still counts', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'account.open', { sql: [`insert into account values (2, 'Ada', 10)`] });
  await client.query(`update account set balance = 11 where id = 2`);
  await bypass(client, 'account', [`update account set balance = 12 where id = 2`]);
  const since = await now(client);
  await act(client, 'account.correct', { sql: [`update account set balance = 13 where id = 2`] });
  expect((await findings(client, { since })).map(brief)).toEqual(['old-value public.account 2 balance']);
  expect((await findings(client, { until: since })).map(brief)).toEqual(['no-activity public.account 2']);
});

test('a limit holds, and says that there is more', async () => {
  await using database = await ledger();
  await database.client.query(`insert into account select g from generate_series(100, 110) g`);
  const { findings: found, truncated } = await reconcile(database.client, { tables: [ACCOUNT], limit: 5 });
  expect([found.length, truncated]).toEqual([5, true]);
  expect((await reconcile(database.client, { tables: [ACCOUNT], limit: 11 })).truncated).toBe(false);
});

async function now(client: Parameters<typeof reconcile>[0]): Promise<Date> {
  const { rows } = await client.query(`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`);
  return new Date(Math.ceil(Number(rows[0]?.['now'])));
}
