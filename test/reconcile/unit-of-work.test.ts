import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, mikroOrmStore, reconcileTables } from '@deedlog/mikro-orm';
import { reconcile } from '@deedlog/postgres';
import { defineEntity, p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';

const Ward = defineEntity({ name: 'Ward', properties: { id: p.integer().primary(), name: p.text(), email: p.text() } });
const Bed = defineEntity({ name: 'Bed', properties: { id: p.integer().primary(), ward: () => p.manyToOne(Ward).nullable() } });
auditable(Ward, { fields: { name: 'plain', email: 'hash' } });
auditable(Bed, { fields: { ward: 'plain' } });

test('what the unit of work tells of relations and hashed fields agrees with the rows, until somebody goes past it', async () => {
  await using database = await testOrm([Ward, Bed]);
  const { orm, client } = database;
  const deedlog = createDeedlog({ store: mikroOrmStore(orm, { hashKey: 'k'.repeat(64) }), actor: () => undefined });
  await deedlog.run({ actor: userActor(7) }, async () => {
    const em = orm.em.fork();
    const [first, second] = [1, 2].map((id) => em.create(Ward, { id, name: `Ward ${id}`, email: `${id}@example.org` }));
    const [one] = [em.create(Bed, { id: 1, ward: first ?? null }), em.create(Bed, { id: 2, ward: null })];
    await em.flush();
    one.ward = second ?? null;
    await em.flush();
  });
  await deedlog.close();
  const found = async (): Promise<unknown[]> => {
    const { findings } = await reconcile(client, { tables: reconcileTables(orm) });
    return findings.map(({ problem, table, key, field, expected, found: held }) => [problem, table, key, field, expected, held]);
  };
  expect(await found()).toEqual([]);
  await client.query('update bed set ward_id = 1');
  await client.query(`update ward set name = 'By hand', email = 'by@hand' where id = 1`);
  expect(await found()).toEqual([
    ['live-value', 'public.ward', '1', 'name', 'Ward 1', 'By hand'],
    ['live-value', 'public.bed', '1', 'ward', '2', 1],
  ]);
});
