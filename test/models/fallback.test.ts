import { createDeedlog, userActor } from '@deedlog/core';
import type { ModelSettings } from '@deedlog/core';
import { activityModel, ActivityEntity, auditable, EffectEntity, migrateDeedlog, mikroOrmStore } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import type { TestOrmResource } from '../support/database.ts';

const Stock = activityModel({ name: 'FallbackStock', table: 'fallback_stock', properties: { team: p.string() } });

const Box = defineEntity({ name: 'Box', abstract: true, properties: { id: p.integer().primary(), packs: p.integer() } });
auditable(Box, { fields: { packs: 'plain' }, model: 'stock' });
// Inherits the declaration, model included.
const Crate = defineEntity({ name: 'Crate', extends: Box, properties: { colour: p.string().nullable() } });
const Shelf = defineEntity({ name: 'Shelf', properties: { id: p.integer().primary(), place: p.string() } });
auditable(Shelf, { trackFields: ['place'] });

const actor = (): ReturnType<typeof userActor> => userActor('7');
const filled = { model: Stock, fill: ({ targetType }: { targetType: string | null }) => ({ team: `team of ${targetType}` }) };

async function database(): Promise<TestOrmResource> {
  const made = await testOrm([Box, Crate, Shelf, ActivityEntity, EffectEntity, Stock]);
  await migrateDeedlog(made.orm, { models: [Stock] });
  return made;
}

test('a change that nobody declared is told by the model of its entity, its columns filled, in one transaction with its effect', async () => {
  await using made = await database();
  const { orm } = made;
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(orm), models: { stock: filled } });
  await deedlog.run({ actor: actor() }, async () => {
    const em = orm.em.fork();
    em.create(Crate, { id: 1, packs: 2, colour: null });
    em.create(Shelf, { id: 1, place: 'left' });
    await em.flush();
  });
  const em = orm.em.fork();
  const [told] = await em.find(Stock, {});
  expect(told).toMatchObject({ action: 'crate.create', observer: 'mikro-orm', actorId: '7', targetId: '1', team: 'team of Crate' });
  const [plain] = await em.find(ActivityEntity, {});
  expect(plain).toMatchObject({ action: 'shelf.create', observer: 'mikro-orm', targetId: '1' });
  expect(await em.find(EffectEntity, { activityId: told?.id ?? '' })).toMatchObject([{ op: 'I', key: '1', changes: { packs: [null, 2] } }]);
  expect([await em.count(Stock), await em.count(ActivityEntity), await em.count(EffectEntity)]).toEqual([1, 1, 2]);
  await deedlog.close();
});

test('inside an intent the change belongs to the intent and to its model', async () => {
  await using made = await database();
  const { orm } = made;
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(orm), models: { stock: filled } });
  const id = await deedlog.withIntent({ action: 'crate.deliver', host: {} }, async (audit) => {
    const em = orm.em.fork();
    em.create(Crate, { id: 1, packs: 2, colour: null });
    await em.flush();
    return audit.id;
  });
  const em = orm.em.fork();
  expect([await em.count(Stock), await em.count(ActivityEntity)]).toEqual([0, 1]);
  expect(await em.find(EffectEntity, {})).toMatchObject([{ activityId: id, changes: { packs: [null, 2] } }]);
  await deedlog.close();
});

test('where its model is off, such a change is not recorded, effects included', async () => {
  await using made = await database();
  const { orm } = made;
  const deedlog = createDeedlog({ actor, store: mikroOrmStore(orm), models: { stock: { model: Stock, enabled: false } } });
  const em = orm.em.fork();
  em.create(Crate, { id: 1, packs: 2, colour: null });
  em.create(Shelf, { id: 1, place: 'left' });
  await em.flush();
  const found = orm.em.fork();
  expect([await found.count(Stock), await found.count(ActivityEntity), await found.count(EffectEntity)]).toEqual([0, 1, 1]);
  await deedlog.close();
});

test.each<[string, ModelSettings | undefined, string, string]>([
  ['there are no models', undefined, 'MODEL_UNKNOWN', '"stock"'],
  ['it is none of them', { other: Stock }, 'MODEL_UNKNOWN', '"stock"'],
  ['nobody fills what it requires', { stock: Stock }, 'MODEL_COLUMN_MISSING', 'team of model "stock", which has no fill'],
])('createDeedlog refuses the model of an entity where %s', async (_, models, code, detail) => {
  await using made = await database();
  const store = mikroOrmStore(made.orm);
  const create = (): unknown => createDeedlog({ actor, store, ...(models === undefined ? {} : { models }) });
  expect(create).toThrow(expect.objectContaining({ code, message: expect.stringContaining(detail) }));
  // The orm is not taken by a set-up that failed.
  const deedlog = createDeedlog({ actor, store, models: { stock: filled } });
  await deedlog.check();
  await deedlog.close();
});
