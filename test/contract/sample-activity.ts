import { createId } from '@deedlog/core';
import type { Activity } from '@deedlog/core';

/** A complete activity in which no field is null and no two texts are equal. */
export function sampleActivity(given: Partial<Activity> = {}): Activity {
  return {
    id: createId(),
    occurredAt: new Date('2026-11-21T10:11:12.345Z'),
    recordedAt: new Date('2026-11-21T10:11:13.001Z'),
    model: 'default',
    columns: null,
    action: 'invoice.approve',
    outcome: 'success',
    outcomeCode: 'OK',
    actorKind: 'user',
    actorId: '7',
    actorLabel: 'Ada Lovelace',
    onBehalfOf: { kind: 'user', id: '8', label: 'Grace Hopper', via: 'impersonation', onBehalfOf: null },
    targetType: 'Invoice',
    targetId: '4711',
    targetLabel: 'INV-4711',
    related: [{ role: 'folder', type: 'Folder', id: '3', label: null }],
    tool: 'billing',
    message: 'approved {target.label}',
    messageValues: { target: { label: 'INV-4711' } },
    reason: 'checked against the order',
    changes: { status: { old: 'open', new: 'approved' } },
    input: { amount: 12.5, lines: [1, 2] },
    context: { ip: '192.0.2.1', userAgent: 'vitest', method: 'POST', path: '/approve', requestId: 'r-1' },
    metadata: { level: 2, nested: { flag: true } },
    observer: 'manual',
    source: 'contract',
    tenant: 'acme',
    correlationId: 'flow-1',
    causationId: createId(),
    ...given,
  };
}

/** The same with everything null or empty that may be. */
export function bareActivity(given: Partial<Activity> = {}): Activity {
  return sampleActivity({
    outcomeCode: null,
    actorKind: null,
    actorId: null,
    actorLabel: null,
    onBehalfOf: null,
    targetType: null,
    targetId: null,
    targetLabel: null,
    related: null,
    tool: null,
    message: null,
    messageValues: null,
    reason: null,
    changes: null,
    input: null,
    context: {},
    metadata: {},
    tenant: null,
    correlationId: null,
    causationId: null,
    ...given,
  });
}
