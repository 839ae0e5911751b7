import { createDeedlog, userActor } from '@deedlog/core';
import type { Deedlog } from '@deedlog/core';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import type { TestOrmResource } from '../support/database.ts';

const Account = defineEntity({
  name: 'Account',
  tableName: 'account',
  properties: { id: p.integer().primary(), name: p.string() },
});
auditable(Account, { trackFields: ['name'] });

interface Bank extends TestOrmResource {
  readonly deedlog: Deedlog;
  /** Creates an account as an intent. */
  open(name: string): Promise<void>;
  count(table: string): Promise<number>;
}

async function bank(): Promise<Bank> {
  const database = await testOrm([Account]);
  const { orm, client } = database;
  const deedlog = createDeedlog({ actor: () => userActor('7'), store: mikroOrmStore(orm), onFailure: 'closed' });
  return {
    ...database,
    deedlog,
    open: (name) =>
      deedlog.withIntent({ action: 'account.open', host: {} }, async () => {
        const em = orm.em.fork();
        em.create(Account, { name });
        await em.flush();
      }),
    count: async (table) => Number((await client.query(`select count(*)::int as n from ${table}`)).rows[0]?.['n']),
    async [Symbol.asyncDispose]() {
      await deedlog.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

const RAISE = `create function break_it() returns trigger language plpgsql as $$ begin raise exception 'broken store'; end $$`;

/** How the store breaks, and how it is mended. */
const BREAKS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['a trigger raises on effects', [RAISE, 'create trigger broken before insert on deedlog.effect for each row execute function break_it()'], ['drop trigger broken on deedlog.effect']],
  ['a trigger raises on activities', [RAISE, 'create trigger broken before insert on deedlog.activity for each row execute function break_it()'], ['drop trigger broken on deedlog.activity']],
  ['the table of effects is renamed', ['alter table deedlog.effect rename to away'], ['alter table deedlog.away rename to effect']],
  ['the table of activities is renamed', ['alter table deedlog.activity rename to away'], ['alter table deedlog.away rename to activity']],
];

describe.each(BREAKS)('%s', (_, breaks, mends) => {
  test('the change is rolled back with STORE_WRITE_FAILED, nothing is half written, and work goes on afterwards', async () => {
    await using it = await bank();
    await it.open('before');
    for (const statement of breaks) await it.client.query(statement);
    await expect(it.open('lost')).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    for (const statement of mends) await it.client.query(statement);
    expect((await it.client.query('select name from account')).rows).toEqual([{ name: 'before' }]);
    expect(await it.count('deedlog.effect')).toBe(1);
    expect(await it.count(`deedlog.activity where outcome = 'success'`)).toBe(1);
    await it.open('after');
    expect(await it.count('deedlog.effect')).toBe(2);
    expect(await it.count(`deedlog.activity where outcome = 'success'`)).toBe(2);
  });

  test('a change without an intent is rolled back too', async () => {
    await using it = await bank();
    for (const statement of breaks) await it.client.query(statement);
    const em = it.orm.em.fork();
    em.create(Account, { name: 'lost' });
    await expect(em.flush()).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    for (const statement of mends) await it.client.query(statement);
    for (const table of ['account', 'deedlog.effect', 'deedlog.activity']) expect(await it.count(table), table).toBe(0);
  });
});

test('outside a transaction a broken store masks neither result nor error', async () => {
  await using it = await bank();
  await it.client.query('alter table deedlog.activity rename to away');
  const act = { action: 'account.view', host: {} };
  await expect(it.deedlog.withIntent(act, async () => Promise.resolve('result'))).resolves.toBe('result');
  const own = new Error('its own');
  await expect(it.deedlog.withIntent(act, () => Promise.reject(own))).rejects.toBe(own);
  await it.client.query('alter table deedlog.away rename to activity');
});
