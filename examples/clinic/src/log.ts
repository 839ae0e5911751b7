import type { Activity } from '@deedlog/core';
import { ActivityEntity, EffectEntity } from '@deedlog/mikro-orm';
import type { EffectRecord } from '@deedlog/mikro-orm';
import type { EntityManager } from '@mikro-orm/core';
import { QualityActivity } from './entities/quality-activity.ts';
import type { QualityRecord } from './entities/quality-activity.ts';

/** The newest activities of the default model, newest first. */
export function latestActivities(em: EntityManager, limit: number): Promise<Activity[]> {
  return em.find(ActivityEntity, {}, { orderBy: { occurredAt: 'desc', id: 'desc' }, limit });
}

/** What happened from then on, oldest first, whichever kind it is of. */
export async function activitiesSince(em: EntityManager, since: Date): Promise<Activity[]> {
  const recent = { occurredAt: { $gte: since } };
  const [acts, checks] = [await em.find(ActivityEntity, recent), await em.find(QualityActivity, recent)];
  return [...acts, ...checks.map(ofQuality)].toSorted((one, other) => compare(one.occurredAt, other.occurredAt) || compare(one.id, other.id));
}

/** What the database saw of these activities, in the order in which it happened. */
export function effectsOf(em: EntityManager, activities: readonly Activity[]): Promise<EffectRecord[]> {
  return em.find(EffectEntity, { activityId: { $in: activities.map(({ id }) => id) } }, { orderBy: { id: 'asc' } });
}

/** What the database saw from then on and no activity explains: somebody went past the application. */
export function unexplainedSince(em: EntityManager, since: Date): Promise<EffectRecord[]> {
  return em.find(EffectEntity, { activityId: null, at: { $gte: since } }, { orderBy: { id: 'asc' } });
}

function ofQuality({ team, findings, ...activity }: QualityRecord): Activity {
  return { ...activity, model: 'data-quality', columns: { team, findings: findings ?? null } };
}

function compare<Value extends Date | string>(one: Value, other: Value): number {
  return one < other ? -1 : Number(one > other);
}
