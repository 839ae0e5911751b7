import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { ACCOUNT, act, bypass, HASH_KEY, ledger } from '../reconcile/ledger.ts';
import { testOrm } from '../support/database.ts';
import { cli, jsonLines } from './support/cli.ts';

const config = { tables: [ACCOUNT] };

test('drift is found, brought back, and what is left over removed', async () => {
  await using database = await ledger();
  const { client } = database;
  const run = (argv: readonly string[], options = {}): ReturnType<typeof cli> => cli(['triggers', ...argv], { client, config, ...options });
  const leftOver = await run(['check']);
  expect([leftOver.code, jsonLines(leftOver.stdout).map(({ kind, table }) => [kind, table])]).toEqual([1, ['booking', 'booking_eu', 'booking_us'].map((table) => ['left-over', table])]);
  expect(jsonLines((await run(['remove', 'public.booking'])).stdout)).toEqual([{ schema: 'public', table: 'booking', state: 'removed' }]);
  expect(await run(['check'])).toEqual({ code: 0, stdout: '', stderr: 'The triggers of 1 tables are as they should be.\n' });

  await client.query('alter table account disable trigger deedlog_update');
  const drifted = await run(['check'], { tty: true });
  expect([drifted.code, drifted.stdout]).toEqual([1, 'Drift      What\ndisabled   trigger deedlog_update on public.account does not fire\n']);
  expect(await run(['install'], { tty: true })).toMatchObject({ code: 0, stdout: 'installed  public.account\n' });
  expect(await run(['install'])).toEqual({ code: 0, stdout: '', stderr: 'Every trigger is as it should be.\n' });

  expect(await run(['remove'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--all') as string });
  expect(await run(['remove', 'account'])).toMatchObject({ code: 2, stderr: expect.stringContaining('schema.table') as string });
  expect((await run(['remove', '--all'])).code).toBe(0);
  expect((await client.query(`select from pg_trigger where tgname like 'deedlog%'`)).rows).toEqual([]);
  expect(await run(['remove', '--all'])).toEqual({ code: 0, stdout: '', stderr: 'There is no trigger.\n' });
});

test('the key of hashed fields comes by the environment', async () => {
  await using database = await ledger();
  const { client } = database;
  await cli(['triggers', 'remove', '--all'], { client });
  await client.query('delete from deedlog.hash_key');
  const install = (argv: readonly string[], env = {}): ReturnType<typeof cli> => cli(['triggers', 'install', ...argv], { client, config, env });
  expect(await install([])).toMatchObject({ code: 2, stderr: expect.stringContaining('POSTGRES_HASH_KEY_MISSING') as string });
  expect(await install(['--hash-key-env', 'KEY'])).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI_ARGUMENT_INVALID') as string });
  expect(await install(['--hash-key-env', 'KEY'], { KEY: HASH_KEY })).toMatchObject({ code: 0 });
});

test('reconcile finds nothing in a sound log, and a write around the triggers', async () => {
  await using database = await ledger();
  const { client } = database;
  await act(client, 'account.update', { target: ['Account', '1'], sql: ['update account set balance = 2 where id = 1'] });
  expect(await cli(['reconcile'], { client, config })).toEqual({ code: 0, stdout: '', stderr: 'No findings\n' });
  await bypass(client, 'account', ['update account set balance = 3 where id = 1']);
  const { code, stdout, stderr } = await cli(['reconcile'], { client, config });
  expect([code, stderr]).toEqual([1, '1 findings\n']);
  expect(jsonLines(stdout)).toMatchObject([{ kind: 'broken-continuity', problem: 'live-value', table: 'public.account', key: '1', field: 'balance' }]);
  expect((await cli(['reconcile'], { client, config, tty: true, columns: 120 })).stdout).toMatch(/live-value +public\.account +1 +balance/);
  expect((await cli(['reconcile', '--no-live'], { client, config })).code).toBe(0);
  expect((await cli(['reconcile', '--claims', 'account.*', '--until', '1h'], { client, config })).stdout).toBe((await cli(['reconcile'], { client, config })).stdout);
  expect(await cli(['reconcile'], { client, config: {} })).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI_CONFIG_LACKS') as string });
});

test('of an orm both know its entities, whoever captures them', async () => {
  const Seen = defineEntity({ name: 'Seen', properties: { id: p.integer().primary(), name: p.text(), price: p.decimal().precision(10).scale(2), born: p.datetime().nullable(), open: p.boolean() } });
  const Caught = defineEntity({ name: 'Caught', properties: { id: p.integer().primary(), name: p.text() } });
  auditable(Seen, { fields: { name: 'plain', price: 'plain', born: 'plain', open: 'plain' } });
  auditable(Caught, { fields: { name: 'plain' }, capture: 'trigger' });
  await using database = await testOrm([Seen, Caught]);
  const { orm, client } = database;
  const close = orm.close.bind(orm);
  orm.close = async () => undefined;
  const options = { client, config: { orm: () => orm } };
  expect((await cli(['triggers', 'install'], options)).code).toBe(0);
  const deedlog = createDeedlog({ store: mikroOrmStore(orm), actor: () => undefined });
  await deedlog.run({ actor: userActor(7) }, async () => {
    for (const name of ['a', 'b']) {
      const em = orm.em.fork();
      const seen = (await em.findOne(Seen, 1)) ?? em.create(Seen, { id: 1, name, price: '12.50', born: new Date('2000-01-01T00:00:00Z'), open: true });
      seen.name = name;
      const caught = (await em.findOne(Caught, 1)) ?? em.create(Caught, { id: 1, name });
      caught.name = name;
      await em.flush();
    }
  });
  await deedlog.close();
  expect(await cli(['triggers', 'check'], options)).toMatchObject({ code: 0, stderr: 'The triggers of 1 tables are as they should be.\n' });
  expect(await cli(['reconcile'], options)).toEqual({ code: 0, stdout: '', stderr: 'No findings\n' });
  await client.query(`update seen set name = 'by hand'`);
  const { code, stdout } = await cli(['reconcile'], options);
  expect([code, jsonLines(stdout).map(({ table, field, problem }) => [table, field, problem])]).toEqual([1, [['public.seen', 'name', 'live-value']]]);
  orm.close = close;
});
