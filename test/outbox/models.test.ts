import { createDeedlog, userActor } from '@deedlog/core';
import { activityModel, auditable, EffectEntity, mikroOrmStore, separateLog } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import { count } from './orders.ts';

const Shipping = activityModel({ name: 'OutboxShipping', table: 'shipping', properties: { team: p.string().index(), weight: p.integer().nullable() } });
const Parcel = defineEntity({ name: 'Parcel', properties: { id: p.integer().primary(), place: p.string() } });
auditable(Parcel, { fields: { place: 'plain' }, model: 'shipping' });

test('records of a model wait in the outbox with their columns and effects, while the log has no place for them', async () => {
  await using business = await testOrm([Parcel], { migrated: false });
  await using logged = await testOrm([Shipping, EffectEntity], { migrated: false });
  const models = { shipping: { model: Shipping, fill: () => ({ team: 'filled' }) } };
  const log = separateLog({ business: business.orm, log: logged.orm, models: { shipping: Shipping }, onProblem: () => undefined, pollMs: 60_000, directMs: 60_000 });
  await log.migrate();
  await logged.client.query('alter table deedlog.shipping rename to moved_away');
  const deedlog = createDeedlog({ actor: () => userActor('7'), store: mikroOrmStore(business.orm, { log }), models, onProblem: () => undefined });
  const move = async (id: number, place: string): Promise<void> => {
    const em = business.orm.em.fork();
    (await em.findOne(Parcel, id) ?? em.create(Parcel, { id, place })).place = place;
    await em.flush();
  };
  await deedlog.withIntent({ action: 'parcel.send', model: 'shipping', columns: { team: 'told', weight: 3 }, host: {} }, () => move(1, 'Oslo'));
  await deedlog.run({ actor: userActor('7') }, () => move(1, 'Bergen'));
  await log.drain();
  expect([await count(business.client, 'parcel'), await count(business.client, 'deedlog.outbox'), await count(logged.client, 'deedlog.effect')]).toEqual([1, 2, 0]);

  await logged.client.query('alter table deedlog.moved_away rename to shipping');
  await business.client.query('update deedlog.outbox set refused = null');
  await log.drain();
  expect(await count(business.client, 'deedlog.outbox')).toBe(0);
  const em = logged.orm.em.fork();
  const rows = await em.find(Shipping, { team: { $in: ['told', 'filled'] } }, { orderBy: { id: 'asc' } });
  expect(rows).toMatchObject([
    { action: 'parcel.send', observer: 'manual', team: 'told', weight: 3, targetId: '1' },
    { action: 'parcel.update', observer: 'mikro-orm', team: 'filled', weight: null, targetId: '1' },
  ]);
  const effects = await em.find(EffectEntity, {}, { orderBy: { id: 'asc' } });
  expect(effects.map(({ activityId, changes }) => [activityId, changes])).toEqual([
    [rows[0]?.id, { place: [null, 'Oslo'] }],
    [rows[1]?.id, { place: ['Oslo', 'Bergen'] }],
  ]);
  expect(await count(logged.client, 'deedlog.activity')).toBe(0);
  await deedlog.close();
});
