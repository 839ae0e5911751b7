import type { Activity } from '@deedlog/core';
import { ActivityEntity } from '@deedlog/mikro-orm';
import type { EntityManager } from '@mikro-orm/core';

/** The newest activities, newest first. */
export function latestActivities(em: EntityManager, limit: number): Promise<Activity[]> {
  return em.find(ActivityEntity, {}, { orderBy: { occurredAt: 'desc', id: 'desc' }, limit });
}

/** What happened from then on, oldest first. */
export function activitiesSince(em: EntityManager, since: Date): Promise<Activity[]> {
  return em.find(ActivityEntity, { occurredAt: { $gte: since } }, { orderBy: { occurredAt: 'asc', id: 'asc' } });
}
