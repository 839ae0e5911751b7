import { createHmac } from 'node:crypto';
import { installTriggers } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { plantedSecret } from '../support/secrets.ts';
import { effectsIn, told } from './replay.ts';
import { tableOf } from './tables.ts';

/** Type, a value as SQL, and what an effect holds of it. */
const VALUES: readonly (readonly [type: string, sql: string, stored: unknown])[] = [
  ['int', '7', 7],
  ['smallint', '-7', -7],
  ['bigint', '9007199254740993', '9007199254740993'],
  ['numeric(30, 10)', '1.5', '1.5000000000'],
  ['double precision', '0.1', 0.1],
  ['double precision', `'NaN'`, '[NaN]'],
  ['real', '1.1', 1.1],
  ['boolean', 'true', true],
  ['text', `'a "b" \\ c'`, 'a "b" \\ c'],
  ['varchar(9)', `'ü'`, 'ü'],
  ['char(3)', `'x'`, 'x  '],
  ['uuid', `'0195F1C0-0000-7000-8000-000000000000'`, '0195f1c0-0000-7000-8000-000000000000'],
  ['timestamptz', `'2026-11-21 13:00:00.123456+01'`, '2026-11-21T12:00:00.123Z'],
  ['timestamptz', `'infinity'`, 'infinity'],
  ['timestamp', `'2026-11-21 13:00:00'`, '2026-11-21T13:00:00.000Z'],
  ['date', `'2026-11-21'`, '2026-11-21'],
  ['time', `'12:30'`, '12:30:00'],
  ['jsonb', `'{"a": [1, null], "b": null}'`, { a: [1, null], b: null }],
  ['json', `'{"a": 1}'`, { a: 1 }],
  ['int[]', `'{1,null}'`, [1, null]],
  ['text[]', `'{a,"b c"}'`, ['a', 'b c']],
  ['bytea', `'\\xdeadbeef'`, String.raw`\xdeadbeef`],
  ['bytea', `decode(repeat('00', 1025), 'hex')`, '[Buffer 1025 bytes]'],
  ['inet', `'10.0.0.1'`, '10.0.0.1'],
  ['point', `'(1,2)'`, '(1,2)'],
  ['xml', `'<a/>'`, '<a/>'],
  ['int4range', `'[1,3)'`, '[1,3)'],
  ['mood', `'good'`, 'good'],
  ['big', '5', '5'],
];

test('a value of any type is stored as the unit of work stores it, and an untouched one counts as the same', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await client.query(`create type mood as enum ('good', 'bad')`);
  await client.query('create domain big as bigint check (value > 0)');
  await client.query(`set datestyle = 'German'`);
  const columns = VALUES.flatMap(([type, sql], index) => (database.kind === 'pglite' && type === 'xml' ? [] : [{ type, sql, name: `c${index}` }]));
  await client.query(`create table many (id date primary key, touched int, ${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`);
  const table = tableOf('many', ['touched', ...columns.map(({ name }) => name)]);
  await installTriggers(client, [table]);
  await client.query(`insert into many values ('2026-11-21', 0, ${columns.map(({ sql }) => sql).join(', ')})`);
  await client.query('update many set touched = 1');
  await client.query(`update many set ${columns.map(({ name }) => `${name} = null`).join(', ')}`);
  const [inserted, touched, emptied] = await effectsIn(client, table);
  const stored = Object.fromEntries(columns.map(({ name }) => [name, VALUES[Number(name.slice(1))]?.[2]]));
  expect(inserted?.pk).toBe('2026-11-21');
  expect(inserted?.changes).toEqual({ touched: [null, 0], ...Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, [null, value]])) });
  expect(touched?.changes).toEqual({ touched: [0, 1] });
  expect(emptied?.changes).toEqual(Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, [value, null]])));
});

test('redacted fields tell that they changed, hashed ones a keyed hash, and old-only storage what was', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await client.query('create table person (id bigint primary key, ssn text, mail text, born timestamptz, unnamed text)');
  const treated = { ssn: 'redact', mail: 'hash', born: 'hash' } as const;
  const table = tableOf('person', treated);
  await expect(installTriggers(client, [table])).rejects.toMatchObject({ code: 'POSTGRES_HASH_KEY_MISSING' });
  for (const hashKey of ['short key', 'k'.repeat(100)]) {
    await installTriggers(client, [table], { hashKey });
    await client.query('truncate person, deedlog.effect');
    const secret = plantedSecret('column');
    await client.query(`insert into person values (1, '${secret}', '${secret}', '2026-11-21 12:00Z', '${secret}')`);
    await client.query(`update person set ssn = null, mail = null, unnamed = null`);
    const hash = (text: string): string => `hmac-sha256:${createHmac('sha256', hashKey).update(text).digest('hex')}`;
    expect((await effectsIn(client, table)).slice(-2).map(({ changes }) => changes)).toEqual([
      { ssn: [null, '***REDACTED***'], mail: [null, hash(secret)], born: [null, hash('"2026-11-21T12:00:00.000Z"')] },
      { ssn: ['***REDACTED***', '***REDACTED***'], mail: [hash(secret), null] },
    ]);
  }
  const old = tableOf('person', ['born'], { storage: 'old' });
  await installTriggers(client, [old]);
  await client.query('truncate deedlog.effect');
  await client.query(`insert into person values (2, 'x', 'y', '2026-11-21 12:00Z')`);
  await client.query(`update person set born = '2000-01-01 00:00Z' where id = 2`);
  await client.query('delete from person where id = 2');
  expect((await effectsIn(client, old)).map(told)).toEqual(['I 2', 'U 2 born:2026-11-21T12:00:00.000Z', 'D 2 born:2000-01-01T00:00:00.000Z']);
});

test('a table without a key: its rows are paired too, and have no name', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await client.query('create table loose (a int, b json)');
  const table = tableOf('loose', ['a', 'b'], { key: [] });
  await installTriggers(client, [table]);
  await client.query(`insert into loose values (1, '{}'), (1, '{}'), (2, null)`);
  await client.query('update loose set a = a + 1');
  await client.query('delete from loose where a = 3');
  expect((await effectsIn(client, table)).map(told)).toEqual(['I a:null>1 b:null>{}', 'I a:null>1 b:null>{}', 'I a:null>2', 'U a:1>2', 'U a:1>2', 'U a:2>3', 'D a:3>null']);
});

test('more fields than a function takes arguments', async () => {
  await using database = await testDatabase();
  const { client } = database;
  const columns = Array.from({ length: 200 }, (_, index) => `c${index}`);
  await client.query(`create table wide (id int primary key, ${columns.map((name) => `${name} int default 0`).join(', ')})`);
  const table = tableOf('wide', columns);
  await installTriggers(client, [table]);
  await client.query('insert into wide (id) values (1)');
  await client.query('update wide set c0 = 1, c199 = 1');
  const [inserted, updated] = await effectsIn(client, table);
  expect(Object.keys(inserted?.changes ?? {})).toHaveLength(200);
  expect(updated?.changes).toEqual({ c0: [0, 1], c199: [0, 1] });
});
