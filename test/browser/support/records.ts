import { createId } from '@deedlog/core';
import type { Activity, ModelSettings } from '@deedlog/core';
import type { EffectToInsert, Records } from '@deedlog/postgres';

/** A model with columns of its own. */
export const models: ModelSettings = {
  export: {
    deedlogModel: {
      table: 'export_activity',
      columns: {
        team: { column: 'team', type: 'text', nullable: true, indexed: true },
        rowCount: { column: 'row_count', type: 'integer', nullable: true, indexed: false },
      },
    },
  },
};

export const BEGINNING: Date = new Date('2026-11-01T08:00:00.000Z');
export const MINUTE = 60_000;

const PEOPLE = ['Ada Lovelace', 'Grace Hopper', 'Barbara Liskov', 'Radia Perlman', 'Frances Allen', 'Margaret Hamilton', 'Karen Sparck Jones'];
const ACTIONS = ['invoice.approve', 'invoice.update', 'patient.read', 'invoice.create', 'report.print', 'session.login'];

/** An activity at a minute after the beginning; ids follow the minutes. */
export function activityAt(minute: number, given: Partial<Activity> = {}): Activity {
  const occurredAt = new Date(BEGINNING.getTime() + minute * MINUTE);
  return {
    id: createId(), occurredAt, recordedAt: new Date(occurredAt.getTime() + 40), model: 'default', columns: null, action: 'invoice.update', outcome: 'success', outcomeCode: null,
    actorKind: 'user', actorId: '1', actorLabel: 'Ada Lovelace', onBehalfOf: null, targetType: 'Invoice', targetId: String(minute), targetLabel: `INV-${1000 + minute}`,
    related: null, tool: 'billing', message: null, messageValues: null, reason: null, changes: null, input: null,
    context: { ip: '192.0.2.7', userAgent: 'Mozilla/5.0', method: 'POST', path: '/graphql', requestId: `req-${minute}` },
    metadata: {}, observer: 'trpc', source: 'web-1', tenant: 'acme', correlationId: null, causationId: null,
    ...given,
  };
}

/** Many ordinary activities, some of them denied or failed, a minute apart. */
export function ordinary(count: number): Activity[] {
  return Array.from({ length: count }, (_, index) => {
    const person = (index * 7 + Math.floor(index / 11)) % PEOPLE.length;
    const action = ACTIONS[(index * 5) % ACTIONS.length] ?? 'invoice.update';
    const bad = index % 23 === 3 ? ({ outcome: 'denied', outcomeCode: 'FORBIDDEN' } as const) : index % 41 === 7 ? ({ outcome: 'failure', outcomeCode: 'CONFLICT' } as const) : {};
    return activityAt(index, {
      action,
      ...bad,
      actorId: String(person + 1),
      actorLabel: PEOPLE[person] ?? null,
      message: `${action.split('.')[1] ?? 'did'} {target.label}`,
      messageValues: { 'target.label': `INV-${1000 + index}` },
      changes: action === 'invoice.update' ? { status: { old: 'draft', new: 'open' }, total: { old: 100, new: 120.5 } } : null,
      correlationId: `flow-${Math.floor(index / 3)}`,
    });
  });
}

const FIRST = 200;

/** The story that the tests follow: who changed the bank account of one invoice, on whose behalf, with row changes. */
export function story(): Records {
  const target = { targetType: 'Invoice', targetId: '4711', targetLabel: 'INV-4711', message: null };
  const create = activityAt(FIRST, { ...target, action: 'invoice.create', actorId: '2', actorLabel: 'Grace Hopper', correlationId: 'story-1' });
  const change = activityAt(FIRST + 60, {
    ...target, action: 'invoice.changeAccount', actorId: '5', actorLabel: 'Frances Allen', reason: 'supplier moved to another bank', correlationId: 'story-2',
    message: 'changed where {target.label} is paid', messageValues: { 'target.label': 'INV-4711' },
    onBehalfOf: { kind: 'user', id: '2', label: 'Grace Hopper', via: 'impersonation', onBehalfOf: null },
    changes: { note: { old: 'pay within 30 days', new: 'pay within 14 days' }, password: { old: '***REDACTED***', new: '***REDACTED***' } },
    related: [{ role: 'supplier', type: 'Supplier', id: '9', label: 'Initech' }],
    input: { invoiceId: '4711', bank: 'ACME Bank' }, metadata: { ticket: 'SUP-88' },
  });
  const approve = activityAt(FIRST + 61, { ...target, action: 'invoice.approve', actorId: '1', correlationId: 'story-2', outcome: 'denied', outcomeCode: 'FORBIDDEN', causationId: change.id });
  const exported = activityAt(FIRST + 90, { model: 'export', columns: { team: 'Finance', rowCount: 1200 }, action: 'report.export', targetType: null, targetId: null, targetLabel: null });
  const hash = (digit: string): string => `hmac-sha256:${digit.repeat(64)}`;
  const effects: EffectToInsert[] = [
    { table: 'public.invoice', op: 'I', key: '4711', activityId: create.id, at: create.occurredAt, changes: { status: [null, 'draft'], bankAccount: [null, 'DE02 1203 0000 0000 2020 51'] } },
    {
      table: 'public.invoice', op: 'U', key: '4711', activityId: change.id, at: change.occurredAt,
      changes: { bankAccount: ['DE02 1203 0000 0000 2020 51', 'DE99 1203 0000 0000 2020 99'], email: [hash('a'), hash('b')], comment: ['***UNKNOWN***', 'urgent'] },
    },
    { table: 'public.invoice', op: 'U', key: '4712', activityId: null, at: approve.occurredAt, changes: { total: [10, 9000] } },
  ];
  return { activities: [create, change, approve, exported], effects };
}
