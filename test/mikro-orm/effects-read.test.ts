import { userActor } from '@deedlog/core';
import { ActivityEntity, auditable, EffectEntity } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { Migration, Migrator } from '@mikro-orm/migrations';
import { describe, expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';
import type { AuditedOrm, AuditedOrmOptions } from './audited-orm.ts';

const Folder = defineEntity({ name: 'Folder', properties: { id: p.integer().primary(), name: p.string() } });
auditable(Folder, { trackFields: ['name'] });

const Page = defineEntity({ name: 'Page', properties: { id: p.integer().primary(), title: p.string(), folder: () => p.manyToOne(Folder).nullable() } });
auditable(Page, { trackFields: ['title', 'folder'] });

const open = (options: AuditedOrmOptions = {}): Promise<AuditedOrm> => auditedOrm([Folder, Page, ActivityEntity, EffectEntity], options);

async function write({ orm }: AuditedOrm, ...titles: string[]): Promise<void> {
  const em = orm.em.fork();
  for (const title of titles) em.create(Page, { title });
  await em.flush();
}

test('the effects of an activity are read by em.find, in their order', async () => {
  await using orm = await open();
  await orm.act(async () => {
    await write(orm, 'a', 'b');
    await orm.effectsOf(async (em) => em.assign(await em.findOneOrFail(Page, 1), { title: 'c' }));
    await orm.deedlog.withIntent({ action: 'page.copy' }, () => write(orm, 'd'));
  });
  const em = orm.orm.em.fork();
  const [copy] = await em.find(ActivityEntity, { action: 'page.copy' });
  const act = await em.findOneOrFail(ActivityEntity, { id: copy?.causationId ?? '' });
  expect(await em.find(EffectEntity, { activityId: act.id }, { orderBy: { id: 'asc' } })).toMatchObject([
    { table: 'public.page', op: 'I', key: '1', changes: { title: [null, 'a'] }, at: expect.any(Date), id: expect.stringMatching(/^\d+$/) },
    { table: 'public.page', op: 'I', key: '2', changes: { title: [null, 'b'] } },
  ]);
  expect(await em.find(EffectEntity, { table: 'public.page', key: '1' }, { orderBy: { id: 'desc' }, limit: 1 })).toMatchObject([{ op: 'U', changes: { title: ['a', 'c'] } }]);
  expect(await em.count(EffectEntity, { op: 'I' })).toBe(3);
});

test('where the orm opens no transactions of its own, effects and their activity are written all the same', async () => {
  await using orm = await open({ orm: { implicitTransactions: false } });
  await orm.act(() => write(orm, 'in an intent'));
  await orm.deedlog.run({ host: {} }, () => write(orm, 'in a request'));
  await orm.act(() => orm.orm.em.fork().transactional((em) => em.persist(em.create(Page, { title: 'in a transaction' })).flush()));
  const activities = await orm.activities();
  const effects = await orm.effects();
  expect(effects.map(({ changes }) => changes['title']?.[1])).toEqual(['in an intent', 'in a request', 'in a transaction']);
  expect(effects.map(({ activityId }) => activities.find(({ id }) => id === activityId)?.action)).toEqual(['ward.act', 'page.create', 'ward.act']);
  expect(activities).toHaveLength(3);
});

test('an act names its target and others with a role, all of them entities', async () => {
  await using orm = await open();
  await orm.act(() =>
    orm.orm.em.fork().transactional(async (em) => {
      const [from, to] = [em.create(Folder, { name: 'from' }), em.create(Folder, { name: 'to' })];
      const page = em.create(Page, { title: 'moved', folder: from });
      await em.flush();
      page.folder = to;
      const { audit } = orm.deedlog;
      audit.target(page);
      audit.related('from', from);
      audit.related('to', to);
    }),
  );
  expect((await orm.effects()).at(-1)).toMatchObject({ op: 'U', key: '1', changes: { folder: ['1', '2'] } });
  expect(await orm.activities()).toMatchObject([
    { targetType: 'Page', targetId: '1', related: [{ role: 'from', type: 'Folder', id: '1' }, { role: 'to', type: 'Folder', id: '2' }] },
  ]);
});

let migrating: AuditedOrm | undefined;

class AddPages extends Migration {
  override async up(): Promise<void> {
    if (migrating !== undefined) await write(migrating, 'by a migration');
  }
  /** Else the migrator's transaction holds the one connection of PGlite, and the flush waits for ever. */
  override isTransactional(): boolean {
    return false;
  }
}

describe('switches', () => {
  test('all off: nothing is recorded, and no table of deedlog is asked for', async () => {
    await using orm = await open({ enabled: false, orm: { migrated: false } });
    await orm.act(() => write(orm, 'a'));
    await orm.deedlog.run({ actor: userActor(1) }, () => write(orm, 'b'));
    expect((await orm.client.query('select count(*)::int as pages from page')).rows).toEqual([{ pages: 2 }]);
    expect((await orm.client.query(`select to_regnamespace('deedlog') as schema`)).rows).toEqual([{ schema: null }]);
  });

  test('migrations that run in a pause leave no effects either', async () => {
    const migrations = { snapshot: false, allOrNothing: false, migrationsList: [{ name: 'AddPages', class: AddPages as never }] };
    await using orm = await open({ orm: { extensions: [Migrator], logger: () => undefined, migrations } });
    migrating = orm;
    await orm.deedlog.pause(() => orm.orm.migrator.up());
    expect((await orm.client.query('select title from page')).rows).toEqual([{ title: 'by a migration' }]);
    expect([await orm.effects(), await orm.activities()]).toEqual([[], []]);
    await write(orm, 'after it');
    expect(await orm.effects()).toHaveLength(1);
  });
});
