import type { Activity, DurableEffect, RequestRecord } from '@deedlog/core';
import { bareActivity } from '../../contract/sample-activity.ts';
import { bareRequest } from '../../support/sample-request.ts';

/** An activity whose id is a number of the test. */
export function activity(id: number | string, given: Partial<Activity> = {}): Activity {
  return bareActivity({ ...given, id: String(id) });
}

/** Activities with the ids from `first` to `last`. */
export function activities(first: number, last: number): Activity[] {
  return Array.from({ length: last - first + 1 }, (_, index) => activity(first + index));
}

const actor = { actorKind: null, actorId: null, actorLabel: null, onBehalfOf: null } as const;

/** An effect whose correlation id is a number of the test. */
export function effect(id: number | string): DurableEffect {
  return {
    ...actor,
    activityId: null,
    table: 'invoice',
    op: 'I',
    key: '1',
    changes: {},
    targetType: null,
    targetId: null,
    targetLabel: null,
    occurredAt: new Date(),
    source: 'test',
    tenant: null,
    correlationId: String(id),
  };
}

export function request(id: number | string): RequestRecord {
  return bareRequest({ id: String(id) });
}
