import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { Deedlog } from '@deedlog/core';
import { activityModel } from '@deedlog/mikro-orm';
import { auditMiddleware } from '@deedlog/trpc';
import type { EntityManager } from '@mikro-orm/core';
import { p } from '@mikro-orm/core';

const Quality = activityModel({
  name: 'Quality',
  table: 'quality',
  properties: { team: p.string(), score: p.integer().nullable(), checkedAt: p.datetime().nullable(), level: p.enum(['low', 'high']).nullable() },
});
const Team = activityModel({ name: 'Team', table: 'team', properties: { team: p.string() } });

const actor = (): ReturnType<typeof userActor> => userActor('7');
const store = memoryStore();
const plain = createDeedlog({ actor, store });
const several = createDeedlog({ actor, store, models: { 'data-quality': Quality } });
const own = createDeedlog({ actor: ({ userId }: { userId: string }) => userActor(userId), store, models: { default: Team, 'data-quality': Quality } });
const filled = createDeedlog({ actor, store, models: { default: { model: Team, fill: ({ tenant }) => ({ team: tenant ?? 'none' }) }, off: { model: Quality, enabled: false } } });

export async function compiles(): Promise<void> {
  await plain.trackActivity({ action: 'a.b' });
  await plain.trackActivity({ action: 'a.b', model: 'default' });
  await several.trackActivity({ action: 'a.b' });
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops' });
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', score: 3, level: 'low', checkedAt: new Date() });
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', score: null });
  await own.trackActivity({ action: 'a.b', team: 'ops' });
  await filled.trackActivity({ action: 'a.b' });
  await filled.trackActivity({ action: 'a.b', team: 'ops' });
  await filled.trackActivity({ model: 'off', action: 'a.b', team: 'ops' });
  const done: number = await several.withIntent({ action: 'a.b', model: 'data-quality', columns: { score: 1 } }, (audit) => {
    audit.columns({ team: 'ops' });
    // @ts-expect-error the wrong type
    audit.columns({ team: 1 });
    return 1;
  });
  await own.withIntent({ action: 'a.b', host: { userId: '7' } }, (audit) => audit.columns({ team: `${done}` }));
}

export async function doesNotCompile(): Promise<void> {
  // @ts-expect-error there are no models
  await plain.trackActivity({ action: 'a.b', model: 'data-quality' });
  // @ts-expect-error nor own columns
  await plain.trackActivity({ action: 'a.b', team: 'ops' });
  // @ts-expect-error a misspelt model
  await several.trackActivity({ model: 'data-qualty', action: 'a.b', team: 'ops' });
  // @ts-expect-error team is not nullable
  await several.trackActivity({ model: 'data-quality', action: 'a.b' });
  // @ts-expect-error nor may it be null
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: null });
  // @ts-expect-error the wrong type
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 1 });
  // @ts-expect-error the wrong type of an optional column
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', score: '3' });
  // @ts-expect-error none of its items
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', level: 'middle' });
  // @ts-expect-error a misspelt column
  await several.trackActivity({ model: 'data-quality', action: 'a.b', team: 'ops', scroe: 3 });
  // @ts-expect-error the default has no own columns
  await several.trackActivity({ action: 'a.b', team: 'ops' });
  // @ts-expect-error the default's own column is required without a model, too
  await own.trackActivity({ action: 'a.b' });
  // @ts-expect-error a column of the other model
  await own.trackActivity({ action: 'a.b', team: 'ops', score: 3 });
  // @ts-expect-error what fill does not fill stays required
  await filled.trackActivity({ model: 'off', action: 'a.b' });
  // @ts-expect-error a misspelt model of an intent
  await several.withIntent({ action: 'a.b', model: 'data-qualty' }, () => 1);
  // @ts-expect-error what is no model
  createDeedlog({ actor, store, models: { wrong: { table: 'quality' } } });
}

/** The entity is queried with its types. */
export async function queries(em: EntityManager): Promise<string> {
  await em.find(Quality, { team: 'ops', score: { $gt: 3 }, actorId: '7' }, { orderBy: { occurredAt: 'desc', score: 'asc' } });
  // @ts-expect-error no such column
  await em.find(Quality, { crew: 'ops' });
  // @ts-expect-error the wrong type
  await em.find(Quality, { team: 3 });
  const [first] = await em.find(Quality, {});
  const score: number | null | undefined = first?.score;
  return `${first?.team} ${first?.action} ${score}`;
}

/** Models do not stand in the way of adapters, nor of code that takes any deedlog. */
export const adapted: unknown = auditMiddleware(own);
export const any: Deedlog<{ userId: string }> = own;
