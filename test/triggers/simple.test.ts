import { checkTriggers, installTriggers } from '@deedlog/postgres';
import type { TriggerTable } from '@deedlog/postgres';
import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';

const PATIENT: TriggerTable = {
  schema: 'public',
  table: 'patient',
  key: ['id'],
  fields: [
    { field: 'name', column: 'name', treatment: 'plain' },
    { field: 'visits', column: 'visits', treatment: 'plain' },
  ],
};

test('insert, update and delete leave effects', async () => {
  await using database = await testDatabase();
  const { client } = database;
  await client.query('create table patient (id int primary key, name text, visits int, secret text)');
  await installTriggers(client, [PATIENT]);
  expect(await checkTriggers(client, [PATIENT])).toEqual([]);
  await client.query(`insert into patient values (1, 'Ada', 0, 'x'), (2, 'Bob', null, 'y')`);
  await client.query(`update patient set name = name || '!', id = id + 10, secret = 'z'`);
  await client.query(`update patient set secret = 'zz'`);
  await client.query(`delete from patient where id = 11`);
  await client.query(`truncate patient`);
  const { rows } = await client.query('select op::text, pk, changes, database_user from deedlog.effect order by id');
  expect(rows).toMatchInlineSnapshot(`
    [
      {
        "changes": {
          "name": [
            null,
            "Ada",
          ],
          "visits": [
            null,
            0,
          ],
        },
        "database_user": "postgres",
        "op": "I",
        "pk": "1",
      },
      {
        "changes": {
          "name": [
            null,
            "Bob",
          ],
        },
        "database_user": "postgres",
        "op": "I",
        "pk": "2",
      },
      {
        "changes": {
          "$key": [
            "1",
            "11",
          ],
          "name": [
            "Ada",
            "Ada!",
          ],
        },
        "database_user": "postgres",
        "op": "U",
        "pk": "11",
      },
      {
        "changes": {
          "$key": [
            "2",
            "12",
          ],
          "name": [
            "Bob",
            "Bob!",
          ],
        },
        "database_user": "postgres",
        "op": "U",
        "pk": "12",
      },
      {
        "changes": {
          "name": [
            "Ada!",
            null,
          ],
          "visits": [
            0,
            null,
          ],
        },
        "database_user": "postgres",
        "op": "D",
        "pk": "11",
      },
      {
        "changes": {},
        "database_user": "postgres",
        "op": "T",
        "pk": "",
      },
    ]
  `);
});
