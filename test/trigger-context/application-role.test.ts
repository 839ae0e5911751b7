import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import { withActivity } from '@deedlog/postgres';
import { MikroORM } from '@mikro-orm/postgresql';
import { defineEntity, p } from '@mikro-orm/core';
import pg from 'pg';
import { expect, test } from 'vitest';
import { guarded } from '../roles/application.ts';
import { databaseKind } from '../support/database.ts';

const Invoice = defineEntity({ name: 'Invoice', properties: { id: p.integer().primary().autoincrement(false), amount: p.integer().nullable(), iban: p.string().nullable() } });
auditable(Invoice, { fields: { amount: 'plain', iban: 'hash' }, capture: 'trigger' });

// PGlite has no logins.
test.skipIf(databaseKind === 'pglite')('an application that may neither read nor forge the log still writes it: intents, the fallback, and its check', async () => {
  await using database = await guarded();
  const { admin, application } = database;
  const url = new URL(String(process.env['DATABASE_URL']));
  const dbName = String((await admin.query('select current_database() as name')).rows[0]?.['name']);
  const connection = { host: url.hostname, port: Number(url.port || 5432), user: application };
  const orm = await MikroORM.init({ entities: [Invoice], ...connection, dbName });
  const deedlog = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(orm, { hashKey: 'key' }) });
  await deedlog.check();
  await deedlog.withIntent({ action: 'invoice.create', host: {} }, () => orm.em.fork().insert(Invoice, { id: 1, amount: 5, iban: 'DE1' }));
  await deedlog.run({ host: {} }, () => orm.em.fork().nativeUpdate(Invoice, { id: 1 }, { amount: 6 }));
  const client = new pg.Client({ ...connection, database: dbName });
  await client.connect();
  await withActivity(client, { action: 'invoice.pay', actor: userActor(8) }, (held) => held.query('update invoice set amount = 7'));
  await client.end();
  await deedlog.close();
  await orm.close(true);
  const { rows } = await admin.query(
    `select a.action, a.observer, a.actor_id, e.op::text as op, e.changes->'amount' as amount from deedlog.effect e left join deedlog.activity a on a.id = e.activity_id order by e.id`,
  );
  expect(rows).toEqual([
    { action: 'invoice.create', observer: 'manual', actor_id: '7', op: 'I', amount: [null, 5] },
    { action: 'invoice.update', observer: 'trigger', actor_id: '7', op: 'U', amount: [5, 6] },
    { action: 'invoice.pay', observer: 'manual', actor_id: '8', op: 'U', amount: [6, 7] },
  ]);
});
