import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, auditTriggers, mikroOrmStore, withDeedlog } from '@deedlog/mikro-orm';
import { Migration, Migrator } from '@mikro-orm/migrations';
import { defineEntity, p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import type { TestOrmOptions, TestOrmResource } from '../support/database.ts';

/** As one that was defined anew, with the declaration of another day. */
function sampleEntity(fields?: Readonly<Record<string, 'plain' | 'redact'>>) {
  const entity = defineEntity({ name: 'Sample', properties: { id: p.integer().primary(), code: p.string(), note: p.text().nullable() } });
  if (fields !== undefined) auditable(entity, { fields, capture: 'trigger' });
  return entity;
}

async function openWith(entity: ReturnType<typeof sampleEntity>, options: TestOrmOptions = {}): Promise<TestOrmResource> {
  return testOrm([entity], withDeedlog({ createSchema: false, ...options }));
}

/** The orm of another day, on the same database. */
async function later(before: TestOrmResource, entity: ReturnType<typeof sampleEntity>): Promise<TestOrmResource['orm']> {
  const { MikroORM } = 'pglite' in before.connection ? await import('@mikro-orm/pglite') : await import('@mikro-orm/postgresql');
  const connection = 'pglite' in before.connection ? { driverOptions: before.connection } : before.connection;
  return (await MikroORM.init(withDeedlog({ entities: [entity], ...connection } as object))) as unknown as TestOrmResource['orm'];
}

async function triggersIn({ client }: TestOrmResource): Promise<unknown[]> {
  const { rows } = await client.query(`select tgname from pg_trigger where not tgisinternal order by tgname`);
  return rows.map(({ tgname }) => tgname);
}

const ALL = ['deedlog_delete', 'deedlog_insert', 'deedlog_truncate', 'deedlog_update'];

test('a new table comes with its triggers, and a second diff is empty', async () => {
  await using day = await openWith(sampleEntity({ code: 'plain' }));
  await day.orm.schema.update();
  expect(await triggersIn(day)).toEqual(ALL);
  expect(await auditTriggers(day.orm).check()).toEqual([]);
  expect(await day.orm.schema.getUpdateSchemaSQL()).toBe('');
});

test('an entity that becomes audited, changes and stops being audited does so by the schema diff alone', async () => {
  await using first = await openWith(sampleEntity());
  await first.orm.schema.update();
  expect(await triggersIn(first)).toEqual([]);

  const audited = await later(first, sampleEntity({ code: 'plain' }));
  await audited.schema.update();
  expect(await triggersIn(first)).toEqual(ALL);
  await first.client.query(`insert into sample (code, note) values ('A', 'x')`);
  expect(await audited.schema.getUpdateSchemaSQL()).toBe('');

  const changed = await later(first, sampleEntity({ code: 'redact', note: 'plain' }));
  expect((await auditTriggers(changed).check()).map(({ kind }) => kind)).toContain('changed');
  await changed.schema.update();
  expect(await auditTriggers(changed).check()).toEqual([]);
  expect(await changed.schema.getUpdateSchemaSQL()).toBe('');
  await first.client.query(`insert into sample (code, note) values ('B', 'y')`);

  const stopped = await later(first, sampleEntity());
  await stopped.schema.update();
  expect(await triggersIn(first)).toEqual([]);
  expect(await stopped.schema.getUpdateSchemaSQL()).toBe('');
  await first.client.query(`insert into sample (code, note) values ('C', 'z')`);
  // What was recorded stays.
  const { rows } = await first.client.query(`select changes from deedlog.effect order by id`);
  expect(rows.map(({ changes }) => changes)).toEqual([{ code: [null, 'A'] }, { code: [null, '***REDACTED***'], note: [null, 'y'] }]);
  for (const orm of [audited, changed, stopped]) await orm.close(true);
});

test('other triggers of the same table are left to their owner', async () => {
  await using day = await openWith(sampleEntity({ code: 'plain' }), { schemaGenerator: { ignoreTriggers: true } });
  await day.orm.schema.update();
  await day.client.query(`create function own() returns trigger language plpgsql as 'begin return null; end'`);
  await day.client.query(`create trigger own after insert on sample for each row execute function own()`);
  expect(await day.orm.schema.getUpdateSchemaSQL()).toBe('');
  expect(await triggersIn(day)).toEqual([...ALL, 'own']);
});

test.for([true, false])('a migration that MikroORM generates installs them, and its way back removes them (snapshot: %s)', async (snapshot) => {
  // Where the generated file finds @mikro-orm/migrations.
  const path = mkdtempSync(join(import.meta.dirname, '../node_modules/.cache/migrations-'));
  await using day = await openWith(sampleEntity({ code: 'plain' }), {
    extensions: [Migrator],
    logger: () => undefined,
    migrations: { snapshot, path, emit: 'js' },
  });
  await day.client.query('create table sample (id serial primary key, code varchar(255) not null, note text null)');
  const { code } = await day.orm.migrator.create();
  expect(code.match(/addSql/g)).toHaveLength(2);
  await day.orm.migrator.up();
  expect(await auditTriggers(day.orm).check()).toEqual([]);
  expect(await day.orm.migrator.checkSchema()).toBe(false);
  expect(await triggersIn(day)).toEqual(ALL);
  await day.orm.migrator.down();
  expect(await triggersIn(day)).toEqual([]);
  rmSync(path, { recursive: true });
});

test('a migration by hand takes the statements of auditTriggers', async () => {
  const statements: { install: readonly string[]; remove: readonly string[] } = { install: [], remove: [] };
  class ByHand extends Migration {
    override up(): void {
      for (const sql of statements.install) this.addSql(sql);
    }
    override down(): void {
      for (const sql of statements.remove) this.addSql(sql);
    }
  }
  await using day = await openWith(sampleEntity({ code: 'plain' }), {
    extensions: [Migrator],
    logger: () => undefined,
    migrations: { snapshot: false, migrationsList: [{ name: 'ByHand', class: ByHand as never }] },
  });
  const { installSql, removeSql } = auditTriggers(day.orm);
  Object.assign(statements, { install: installSql, remove: removeSql });
  await day.client.query('create table sample (id serial primary key, code varchar(255) not null, note text null)');
  await day.orm.migrator.up();
  expect(await auditTriggers(day.orm).check()).toEqual([]);
  expect(await day.orm.schema.getUpdateSchemaSQL()).toBe('');
  await day.orm.migrator.down();
  expect(await triggersIn(day)).toEqual([]);
});

test('check() says what has drifted, and install brings it back', async () => {
  await using day = await openWith(sampleEntity({ code: 'plain' }));
  await day.orm.schema.update();
  const deedlog = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(day.orm) });
  await deedlog.check();
  await day.client.query('alter table sample disable trigger deedlog_update');
  await expect(deedlog.check()).rejects.toMatchObject({ code: 'MIKRO_ORM_TRIGGERS_DRIFTED', message: expect.stringContaining('deedlog_update on public.sample') });
  await auditTriggers(day.orm).install();
  await deedlog.check();
  await auditTriggers(day.orm).remove();
  expect(await triggersIn(day)).toEqual([]);
  await deedlog.close();
});
