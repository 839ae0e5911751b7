import { systemActor, userActor } from '@deedlog/core';
import type { RunOptions } from '@deedlog/core';
import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';
import type { AuditedOrm, AuditedOrmOptions } from './audited-orm.ts';

const Bill = defineEntity({ name: 'Bill', properties: { id: p.integer().primary(), state: p.string() } });
auditable(Bill, { trackFields: ['state'] });

async function open(actor?: AuditedOrmOptions['actor']): Promise<AuditedOrm> {
  const orm = await auditedOrm([Bill], { actor });
  await orm.client.query(`insert into bill (state) values ('new'), ('new')`);
  return orm;
}

async function set({ orm }: AuditedOrm, state: string, id = 1): Promise<void> {
  const em = orm.em.fork();
  (await em.findOneOrFail(Bill, id)).state = state;
  await em.flush();
}

/** Each effect's new state, with who did it by which act. */
async function told(orm: AuditedOrm): Promise<unknown[]> {
  const activities = new Map((await orm.activities()).map((activity) => [activity.id, activity]));
  return (await orm.effects()).map(({ changes, activityId }) => {
    const { actorId, action, observer } = activities.get(activityId ?? '') ?? {};
    return [changes['state']?.[1], actorId, observer, action];
  });
}

describe('inside of an open intent', () => {
  test('what another actor changes is told of that one, caused by the intent', async () => {
    await using orm = await open();
    await orm.act(async () => {
      await set(orm, 'checked');
      await orm.deedlog.run({ actor: systemActor('dunning') }, () => set(orm, 'dunned'));
      await set(orm, 'paid');
    });
    expect(await told(orm)).toEqual([
      ['checked', '7', 'manual', 'ward.act'],
      ['dunned', 'dunning', 'mikro-orm', 'bill.update'],
      ['paid', '7', 'manual', 'ward.act'],
    ]);
    const activities = await orm.activities();
    const act = activities.find(({ action }) => action === 'ward.act');
    expect(activities).toHaveLength(2);
    expect(activities.find(({ actorId }) => actorId === 'dunning')).toMatchObject({ causationId: act?.id, correlationId: act?.correlationId });
    expect(act).toMatchObject({ targetId: '1', causationId: null });
  });

  test('another actor alone leaves the intent without a target, and recorded on its own', async () => {
    await using orm = await open();
    await orm.act(() => orm.deedlog.run({ actor: userActor(8) }, () => set(orm, 'dunned')));
    expect(await told(orm)).toEqual([['dunned', '8', 'mikro-orm', 'bill.update']]);
    expect((await orm.activities()).find(({ action }) => action === 'ward.act')).toMatchObject({ actorId: '7', targetId: null });
  });

  test('what another actor tells of by hand is its own record too', async () => {
    await using orm = await open();
    await orm.act(async () => {
      await set(orm, 'checked');
      await orm.deedlog.run({ actor: userActor(8) }, async () => {
        await orm.deedlog.auditUpdate({ target: { type: 'Bill', id: 1 }, reason: 'late' });
        await set(orm, 'dunned');
      });
    });
    expect(await told(orm)).toEqual([
      ['checked', '7', 'manual', 'ward.act'],
      ['dunned', '8', 'manual', 'bill.update'],
    ]);
  });

  test.each<[string, RunOptions]>([
    ['nothing of its own', {}],
    ['a context of its own', { context: { path: '/inner' } }],
    ['the same actor', { actor: userActor('7', { label: 'by another name' }) }],
    ['the same host', { host: {} }],
  ])('a scope with %s is part of the intent', async (_, options) => {
    await using orm = await open();
    await orm.act(() => orm.deedlog.run(options, () => set(orm, 'checked')));
    expect(await told(orm)).toEqual([['checked', '7', 'manual', 'ward.act']]);
    expect(await orm.activities()).toHaveLength(1);
  });

  test('actors that are asked for asynchronously are the same for the same host, and may be others for another', async () => {
    await using orm = await open(async (host: unknown) => userActor((host as { user: number }).user));
    const host = { user: 8 };
    await orm.deedlog.withIntent({ action: 'ward.act', host }, async () => {
      await orm.deedlog.run({ host }, () => set(orm, 'checked'));
      await orm.deedlog.run({ host: { user: 9 } }, () => set(orm, 'dunned'));
    });
    expect(await told(orm)).toEqual([
      ['checked', '8', 'manual', 'ward.act'],
      ['dunned', '9', 'mikro-orm', 'bill.update'],
    ]);
  });

  test('the same person on behalf of somebody else is another actor', async () => {
    await using orm = await open();
    await orm.act(() => orm.deedlog.run({ actor: userActor(7, { onBehalfOf: userActor(9), via: 'impersonation' }) }, () => set(orm, 'dunned')));
    expect(await told(orm)).toEqual([['dunned', '7', 'mikro-orm', 'bill.update']]);
  });

  test('an actor that the intent was told of later counts as its own', async () => {
    await using orm = await open();
    await orm.act(async () => {
      orm.deedlog.audit.actor(userActor(8));
      await orm.deedlog.run({ actor: userActor(8) }, () => set(orm, 'checked'));
      await orm.deedlog.run({ actor: userActor(7) }, () => set(orm, 'dunned'));
    });
    expect(await told(orm)).toEqual([
      ['checked', '8', 'manual', 'ward.act'],
      ['dunned', '7', 'mikro-orm', 'bill.update'],
    ]);
  });
});

test('two actors of one flow that change the same row are told apart, each once', async () => {
  await using orm = await open();
  await orm.deedlog.run({ actor: userActor(1) }, async () => {
    await set(orm, 'a');
    await set(orm, 'b');
    await orm.deedlog.run({ actor: userActor(2) }, async () => {
      await set(orm, 'c');
      await set(orm, 'd');
    });
    await set(orm, 'e');
  });
  expect((await told(orm)).map((row) => (row as string[]).slice(0, 2).join(''))).toEqual(['a1', 'b1', 'c2', 'd2', 'e1']);
  expect(await orm.activities()).toHaveLength(2);
});

test('an EntityManager may serve both actors of one flow, one after the other', async () => {
  await using orm = await open();
  const em = orm.orm.em.fork();
  await orm.act(async () => {
    const bill = await em.findOneOrFail(Bill, 1);
    bill.state = 'checked';
    await em.flush();
    await orm.deedlog.run({ actor: userActor(8) }, async () => {
      bill.state = 'dunned';
      await em.flush();
    });
  });
  expect((await told(orm)).map((row) => (row as string[])[1])).toEqual(['7', '8']);
});
