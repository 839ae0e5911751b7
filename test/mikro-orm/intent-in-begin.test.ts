import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { describe, expect, test } from 'vitest';
import { auditedOrm } from './audited-orm.ts';
import type { AuditedOrm } from './audited-orm.ts';

const Bill = defineEntity({ name: 'Bill', properties: { id: p.integer().primary(), state: p.string() } });
auditable(Bill, { trackFields: ['state'] });

async function create(em: EntityManager, state: string): Promise<void> {
  em.create(Bill, { state });
  await em.flush();
}

/** Actions and outcomes, then the new states of effects that an activity explains. */
async function told(orm: AuditedOrm): Promise<string[]> {
  const activities = await orm.activities();
  const ids = new Set(activities.map(({ id }) => id));
  const effects = (await orm.effects()).filter(({ activityId }) => ids.has(activityId ?? ''));
  return [...activities.map(({ action, outcome }) => `${action} ${outcome}`), ...effects.map(({ changes }) => String(changes['state']?.[1]))];
}

// The store does not see em.begin() of a fork around. On PGlite, which has one connection, a record beside it would wait for ever.
describe('an intent that ends in a transaction of em.begin()', () => {
  test('is recorded in it', async () => {
    await using orm = await auditedOrm([Bill]);
    const em = orm.orm.em.fork();
    await em.begin();
    await orm.act(() => create(em, 'new'));
    await em.commit();
    expect(await told(orm)).toEqual(['ward.act success', 'new']);
  });

  test('is undone with it', async () => {
    await using orm = await auditedOrm([Bill]);
    const em = orm.orm.em.fork();
    await em.begin();
    await orm.act(() => create(em, 'undone'));
    await em.rollback();
    expect(await told(orm)).toEqual([]);
  });

  test('is recorded in it also where its savepoint was rolled back', async () => {
    await using orm = await auditedOrm([Bill]);
    const em = orm.orm.em.fork();
    await em.begin();
    const undone = async (inner: EntityManager): Promise<void> => {
      await create(inner, 'undone');
      throw new Error('undo');
    };
    await orm.act(() => em.transactional(undone).catch(() => undefined));
    await em.commit();
    expect(await told(orm)).toEqual(['ward.act success']);
  });

  test('is recorded after it, whatever becomes of it, where the act failed', async () => {
    await using orm = await auditedOrm([Bill]);
    const em = orm.orm.em.fork();
    await em.begin();
    const failed = orm.act(async () => {
      await create(em, 'undone');
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await em.rollback();
    expect(await told(orm)).toEqual(['ward.act failure']);
  });

  test('is recorded on its own where that is over', async () => {
    await using orm = await auditedOrm([Bill]);
    await orm.act(async () => {
      const em = orm.orm.em.fork();
      await em.begin();
      await create(em, 'undone');
      await em.rollback();
    });
    expect(await told(orm)).toEqual(['ward.act success']);
  });
});
