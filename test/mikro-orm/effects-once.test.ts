import { systemActor } from '@deedlog/core';
import type { EntityManager } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { openWard, Team } from './effects-ward.ts';
import type { EffectWard } from './effects-ward.ts';

/** A team that was there before, and a request that renames it. */
async function renaming(ward: EffectWard, body: (em: EntityManager) => Promise<void>): Promise<void> {
  await ward.client.query(`insert into team (name) values ('a')`);
  await ward.deedlog.run({ host: {} }, () => body(ward.orm.em.fork()));
}

async function rename(em: EntityManager): Promise<void> {
  (await em.findOneOrFail(Team, 1)).name = 'b';
  await em.flush();
}

/** Each activity by what it is, and which of them each effect belongs to. */
async function told(ward: EffectWard): Promise<{ activities: string[]; effects: number[] }> {
  const activities = await ward.activities();
  const effects = await ward.effects();
  return {
    activities: activities.map(({ observer, action }) => `${observer} ${action}`),
    effects: effects.map(({ activityId }) => activities.findIndex(({ id }) => id === activityId)),
  };
}

const team = { type: 'Team', id: 1 };

describe('a change in a request without an intent is told once', () => {
  test('by the fallback alone', async () => {
    await using ward = await openWard();
    await renaming(ward, rename);
    expect(await told(ward)).toEqual({ activities: ['mikro-orm team.update'], effects: [0] });
  });

  test('by a helper before the flush, which the effect then belongs to', async () => {
    await using ward = await openWard();
    await renaming(ward, async (em) => {
      await ward.deedlog.auditUpdate({ target: team });
      await rename(em);
    });
    expect(await told(ward)).toEqual({ activities: ['manual team.update'], effects: [0] });
  });

  test('by trackActivity about the entity before the flush, whatever its action', async () => {
    await using ward = await openWard();
    await renaming(ward, async (em) => {
      await ward.deedlog.trackActivity({ action: 'team.rename', target: await em.findOneOrFail(Team, 1) });
      await rename(em);
    });
    expect(await told(ward)).toEqual({ activities: ['manual team.rename'], effects: [0] });
  });

  test('by the fallback where a helper comes after it and knows nothing more', async () => {
    await using ward = await openWard();
    await renaming(ward, async (em) => {
      await rename(em);
      expect(await ward.deedlog.auditUpdate({ target: team, before: { name: 'a' }, data: { name: 'b' }, fields: ['name'] })).toMatchObject({ status: 'merged' });
    });
    expect(await told(ward)).toEqual({ activities: ['mikro-orm team.update'], effects: [0] });
  });

  test('and what such a helper knows beyond it is a second activity, caused by the first, without the changes', async () => {
    await using ward = await openWard();
    await renaming(ward, async (em) => {
      await rename(em);
      await ward.deedlog.auditUpdate({ target: team, before: { name: 'a' }, data: { name: 'b' }, fields: ['name'], reason: 'typo' });
    });
    const [first, second] = await ward.activities();
    expect(second).toMatchObject({ observer: 'manual', reason: 'typo', changes: null, causationId: first?.id });
    expect((await told(ward)).effects).toEqual([0]);
  });

  test('again, where the helper was rolled back', async () => {
    await using ward = await openWard();
    await renaming(ward, async (em) => {
      const undone = em.transactional(async (inner) => {
        await ward.deedlog.auditUpdate({ target: team });
        (await inner.findOneOrFail(Team, 1)).name = 'x';
        await inner.flush();
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      await rename(ward.orm.em.fork());
    });
    expect(await told(ward)).toEqual({ activities: ['mikro-orm team.update'], effects: [0] });
  });

  test('of an entity that nobody told about by the fallback, beside one that somebody did', async () => {
    await using ward = await openWard();
    await renaming(ward, async (em) => {
      await ward.deedlog.auditUpdate({ target: team });
      (await em.findOneOrFail(Team, 1)).name = 'b';
      em.create(Team, { name: 'new' });
      await em.flush();
    });
    expect((await told(ward)).activities.toSorted()).toEqual(['manual team.update', 'mikro-orm team.create']);
  });
});

describe('switches', () => {
  test('suppress leaves one record with the reason and the count', async () => {
    await using ward = await openWard();
    await ward.deedlog.run({ actor: systemActor('fix') }, () =>
      ward.deedlog.suppress('mass correction 4711', async () => {
        const em = ward.orm.em.fork();
        em.create(Team, { name: 'a' });
        em.create(Team, { name: 'b' });
        await em.flush();
        await ward.deedlog.trackActivity({ action: 'team.note' });
      }),
    );
    expect(await ward.effects()).toEqual([]);
    expect(await ward.activities()).toMatchObject([{ action: 'deedlog.suppress', actorId: 'fix', reason: 'mass correction 4711', metadata: { changes: 2, activities: 1 } }]);
  });

  test('only: the administration is tracked alone, with its effects', async () => {
    await using ward = await openWard({ only: { tools: ['admin'] } });
    await ward.act(() => createTeam(ward, 'elsewhere'));
    await ward.deedlog.withIntent({ action: 'team.create', tool: 'admin', host: {} }, () => createTeam(ward, 'by an admin'));
    await createTeam(ward, 'outside');
    expect(await told(ward)).toEqual({ activities: ['manual team.create'], effects: [0] });
  });

  test('ignored acts leave no effects either', async () => {
    await using ward = await openWard({ ignore: { actions: ['ward.act', 'team.*'] } });
    await ward.act(() => createTeam(ward, 'ignored intent'));
    await ward.deedlog.run({ host: {} }, () => createTeam(ward, 'ignored fallback'));
    expect(await told(ward)).toEqual({ activities: [], effects: [] });
  });
});

async function createTeam({ orm }: EffectWard, name: string): Promise<void> {
  const em = orm.em.fork();
  em.create(Team, { name });
  await em.flush();
}
