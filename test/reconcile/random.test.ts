import type { PostgresLike } from '@deedlog/postgres';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { act, bypass, findings, ledger } from './ledger.ts';

const RUNS = Number(process.env['DEEDLOG_RUNS'] ?? 30);

const id = fc.integer({ min: 1, max: 6 });
const amount = fc.integer({ min: 0, max: 3 });

/** Writes that may fail on a taken key are written so that they do nothing then. */
const write = fc.oneof(
  fc.tuple(id, amount).map(([key, value]) => `insert into account values (${key}, 'o', ${value}, 'DE${value}', 'n', '2026-01-0${value + 1}') on conflict do nothing`),
  fc.tuple(id, amount).map(([key, value]) => `insert into account values (${key}, 'u', ${value}) on conflict (id) do update set balance = excluded.balance, owner = excluded.owner`),
  fc.tuple(id, amount).map(([key, value]) => `update account set balance = ${value}, iban = 'DE' || balance where id <= ${key}`),
  fc.tuple(id, amount).map(([key, value]) => `update account set note = '${value}', opened_at = null where id = ${key}`),
  fc.tuple(id, id).map(([from, to]) => `update account set id = ${to}, owner = 'm' where id = ${from} and not exists (select from account where id = ${to})`),
  id.map((key) => `delete from account where id = ${key}`),
  fc.constant('truncate account'),
);

/** One that gives a key away and to another row in one transaction leaves a row of which nothing is known: that has a test of its own. */
const oneAct = fc.array(write, { minLength: 1, maxLength: 4 }).filter((statements) => statements.filter((sql) => sql.startsWith('update account set id')).length <= 1);

/** A write around the triggers, and whether it left a trace at all. */
const planted = fc.oneof(
  id.map((key) => ({ key, sql: `update account set balance = coalesce(balance, 0) + 100 where id = ${key} returning id` })),
  id.map((key) => ({ key, sql: `delete from account where id = ${key} returning id` })),
  id.map((key) => ({ key, sql: `insert into account values (${key}, 'planted', 77) on conflict do nothing returning id` })),
);

test('random acts leave nothing to find, and a write around the triggers is found in its row alone', { timeout: 300_000 }, async () => {
  await using database = await ledger();
  const { client } = database;
  await fc.assert(
    fc.asyncProperty(fc.array(oneAct, { maxLength: 6 }), planted, fc.boolean(), async (acts, { key, sql }, later) => {
      await emptied(client);
      for (const statements of acts) await act(client, 'account.correct', { sql: statements });
      expect(await findings(client)).toEqual([]);

      await client.query('alter table account disable trigger all');
      const { rows } = await client.query(sql);
      await client.query('alter table account enable trigger all');
      if (later) await act(client, 'account.correct', { sql: [`insert into account values (99, 'later', 1) on conflict do nothing`] });
      const found = await findings(client);
      expect([...new Set(found.map((finding) => finding.key))]).toEqual(rows.length === 0 ? [] : [String(key)]);
    }),
    { numRuns: RUNS },
  );
});

/** The log starts anew; the rows too, past the triggers, because a log without a beginning cannot tell. */
async function emptied(client: PostgresLike): Promise<void> {
  await bypass(client, 'account', ['truncate account']);
  await client.query('truncate deedlog.effect, deedlog.activity');
}
