import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { expect, test } from 'vitest';
import { databaseKind, testOrm } from '../support/database.ts';
import { Label, openWard, Team } from './effects-ward.ts';
import { listenToDriver } from './listen-to-driver.ts';

async function team(em: EntityManager, name: string): Promise<void> {
  em.create(Team, { name });
  await em.flush();
}

test('several flushes and transactions of one intent link to one activity', async () => {
  await using ward = await openWard();
  await ward.act(async () => {
    await ward.orm.em.fork().transactional(async (em) => {
      await team(em, 'a');
      await team(em, 'b');
    });
    await team(ward.orm.em.fork(), 'c');
    const em = ward.orm.em.fork();
    await em.begin();
    await team(em, 'd');
    await em.commit();
  });
  const [activity, ...others] = await ward.activities();
  expect(others).toEqual([]);
  expect((await ward.effects()).map(({ changes, activityId }) => [changes['name']?.[1], activityId])).toEqual(
    ['a', 'b', 'c', 'd'].map((name) => [name, activity?.id]),
  );
});

test('a rolled-back transaction or savepoint takes its effects along', async () => {
  await using ward = await openWard();
  await ward.act(async () => {
    await ward.orm.em.fork().transactional(async (em) => {
      await team(em, 'kept');
      await em.transactional(async (inner) => {
        await team(inner, 'undone');
        throw new Error('no');
      }).catch(() => undefined);
      await em.transactional((inner) => team(inner, 'released'));
    });
    const em = ward.orm.em.fork();
    await em.begin();
    await team(em, 'rolled back');
    await em.rollback();
  });
  expect((await ward.effects()).map(({ changes }) => changes['name']?.[1])).toEqual(['kept', 'released']);
  expect(await ward.activities()).toHaveLength(1);
});

test('without an intent each entity gets an activity of its own, in the same transaction', async () => {
  await using ward = await openWard();
  await ward.deedlog.run({ host: {} }, () => team(ward.orm.em.fork(), 'in a request'));
  await team(ward.orm.em.fork(), 'outside');
  const activities = await ward.activities();
  expect(activities).toMatchObject([
    { action: 'team.create', observer: 'mikro-orm', actorId: '7', targetType: 'Team', targetId: '1' },
    { action: 'team.create', observer: 'mikro-orm', actorId: null, targetId: '2' },
  ]);
  expect((await ward.effects()).map(({ activityId }) => activityId)).toEqual(activities.map(({ id }) => id));
});

test('what is paused, suppressed or not auditable leaves no effect', async () => {
  await using ward = await openWard();
  await ward.deedlog.pause(() => team(ward.orm.em.fork(), 'paused'));
  await ward.deedlog.run({ host: {} }, () => ward.deedlog.suppress('a correction', () => team(ward.orm.em.fork(), 'suppressed')));
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    em.create(Label, { name: 'x' });
    await em.flush();
  });
  expect(await ward.effects()).toEqual([]);
});

test('parallel forks keep their effects apart', async () => {
  await using ward = await openWard();
  await Promise.all(
    Array.from({ length: 10 }, (_, place) =>
      ward.deedlog.withIntent({ action: 'team.found', host: {}, reason: `r${place}` }, () => team(ward.orm.em.fork(), `r${place}`)),
    ),
  );
  const reasons = new Map((await ward.activities()).map(({ id, reason }) => [id, reason]));
  const effects = await ward.effects();
  expect(effects).toHaveLength(10);
  for (const { changes, activityId } of effects) expect(reasons.get(activityId ?? '')).toBe(changes['name']?.[1]);
});

test('an EntityManager of two flows is refused, one after the other or at once; outside any flow it is free', async () => {
  await using ward = await openWard();
  const shared = { code: 'MIKRO_ORM_ENTITY_MANAGER_SHARED' };
  const em = ward.orm.em.fork();
  await team(em, 'free');
  await ward.act(() => team(em, 'first'));
  await expect(ward.act(() => team(em, 'second'))).rejects.toMatchObject(shared);
  const other = ward.orm.em.fork();
  const outcomes = await Promise.allSettled([ward.act(() => team(other, 'x')), ward.act(() => team(other, 'y'))]);
  expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: shared }]);
});

test('a refused write of effects rolls the change back under policy closed, and does not under open', async () => {
  await using ward = await openWard();
  await ward.client.query('alter table deedlog.effect add constraint refuse check (false) not valid');
  await expect(ward.act(() => team(ward.orm.em.fork(), 'implicit'))).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
  await expect(ward.act(() => ward.orm.em.fork().transactional((em) => team(em, 'explicit')))).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
  expect((await ward.client.query('select name from team')).rows).toEqual([]);
  await using open = await openWard({ onFailure: 'open' });
  await open.client.query('alter table deedlog.effect add constraint refuse check (false) not valid');
  await open.act(() => team(open.orm.em.fork(), 'implicit'));
  await open.act(() => open.orm.em.fork().transactional((em) => team(em, 'explicit')));
  expect((await open.client.query('select name from team order by id')).rows).toEqual([{ name: 'implicit' }, { name: 'explicit' }]);
  expect(open.problems.map(({ code }) => code)).toContain('STORE_WRITE_FAILED');
});

test('an unknown field and a missing key are refused when deedlog is made', async () => {
  const Wrong = defineEntity({ name: 'Wrong', properties: { id: p.integer().primary(), text: p.string() } });
  await using database = await testOrm([Wrong]);
  const connect = (): unknown => createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(database.orm) });
  // @ts-expect-error a misspelt field does not compile
  auditable(Wrong, { fields: { tekst: 'plain' } });
  expect(connect).toThrow(expect.objectContaining({ code: 'MIKRO_ORM_FIELD_UNKNOWN' }));
  auditable(Wrong, { fields: { text: 'hash' } });
  expect(connect).toThrow(expect.objectContaining({ code: 'MIKRO_ORM_HASH_KEY_MISSING' }));
  auditable(Wrong, { trackFields: ['text'] });
  // @ts-expect-error nor does one in the short form
  auditable(Wrong, { trackFields: ['text'], sensitiveFields: ['tekst'] });
});

// PGlite has no wire, so nothing to count there.
test.skipIf(databaseKind === 'pglite')('an update of one row costs one statement more than without, its activity included', async () => {
  const statementsOf = async (audited: boolean): Promise<readonly string[]> => {
    await using ward = await openWard({ enabled: audited });
    await ward.client.query(`insert into team (name) values ('a')`);
    await ward.orm.em.fork().count(Team);
    const { sent, stop } = listenToDriver();
    await ward.act(async () => {
      const em = ward.orm.em.fork();
      (await em.findOneOrFail(Team, 1)).name = 'b';
      await em.flush();
    });
    stop();
    return sent;
  };
  const [bare, audited] = [await statementsOf(false), await statementsOf(true)];
  expect(bare).toHaveLength(4);
  expect(audited).toHaveLength(5);
});
