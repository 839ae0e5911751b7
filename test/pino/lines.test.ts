import { pinoOptions, pinoSink } from '@deedlog/pino';
import type { DescribeUser } from '@deedlog/pino';
import type { Activity, DurableEffect } from '@deedlog/core';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { bareActivity, sampleActivity } from '../contract/sample-activity.ts';
import { CRUD, EXTERNAL_REQUEST, faultsOf, INTERNAL_REQUEST } from './documented-fields.ts';
import { externalRequest, lines, sampleEffect, sampleRequest } from './support.ts';
import type { ParsedLine } from './support.ts';

function app(user?: DescribeUser) {
  const out = lines();
  const sink = pinoSink(pino(pinoOptions(), out), { user, queue: false });
  const only = (): ParsedLine => {
    expect(out.parsed).toHaveLength(1);
    return out.parsed[0]!;
  };
  return {
    activity: async (given: Partial<Activity>) => {
      await sink.write([sampleActivity(given)]);
      return only();
    },
    write: async (write: (to: typeof sink) => unknown) => {
      await write(sink);
      return only();
    },
  };
}

const crud = { action: 'patient.create', targetType: 'Patient', targetId: '7', changes: null } as const;

describe('documented fields', () => {
  test.each(['I', 'U', 'D', 'T', 'S'] as const)('of an effect %s', async (op) => {
    const line = await app().write((sink) => sink.writeEffects?.([sampleEffect({ op })]));
    expect(faultsOf(line, CRUD)).toEqual([]);
  });

  test.each(['create', 'read', 'view', 'update', 'delete'])('of an activity %s', async (verb) => {
    const line = await app().activity({ ...crud, action: `patient.${verb}` });
    expect(faultsOf(line, CRUD)).toEqual([]);
  });

  test('of a request that came in', async () => {
    const line = await app().write((sink) => sink.writeRequests?.([sampleRequest()]));
    expect(faultsOf(line, INTERNAL_REQUEST)).toEqual([]);
  });

  test('of a call that went out', async () => {
    const line = await app().write((sink) => sink.writeRequests?.([externalRequest()]));
    expect(faultsOf(line, EXTERNAL_REQUEST)).toEqual([]);
  });

  test('of a request without answer, body, actor or context', async () => {
    const bare = { actorKind: null, actorId: null, actorLabel: null, ip: null, requestId: null, traceId: null, tenant: null, correlationId: null, causationId: null } as const;
    const { request } = sampleRequest();
    const line = await app().write((sink) => sink.writeRequests?.([sampleRequest({ ...bare, request: { ...request, query: {}, headers: {}, body: null }, response: null, error: 'ECONNRESET' })]));
    expect(faultsOf(line, INTERNAL_REQUEST)).toEqual([]);
    expect(line).toMatchObject({ response_repr: { status_code: null, headers: {}, body: null }, error_message: 'ECONNRESET', request_repr: { user: null } });
  });

  test('a field that is missing or of another type would be found', () => {
    expect(faultsOf({ timestamp: '2026-01-01T00:00:00.000Z', level: 'AUDIT', name: 3, message: '', user: null }, CRUD)).toEqual([
      'name: 3', 'message: ""', 'model: missing', 'event_type: missing', 'instance_id: missing', 'user: null', 'user.id: missing', 'user.title: missing', 'user.email: missing',
      'user.first_name: missing', 'user.middle_name: missing', 'user.last_name: missing', 'user.sex: missing', 'user.date_of_birth: missing', 'extra: missing', 'timestamp: 2026-01-01T00:00:00.000Z',
    ]);
  });
});

describe('an effect', () => {
  test('is a line of level AUDIT, at the time of the change, with what changed and what it belongs to', async () => {
    const effect = sampleEffect();
    expect(await app().write((sink) => sink.writeEffects?.([effect]))).toEqual({
      timestamp: '2026-11-21 10:11:12.345',
      level: 'AUDIT',
      name: 'audit.crud',
      message: 'UPDATE event for Patient (id: 7)',
      model: 'Patient',
      event_type: 'UPDATE',
      instance_id: '7',
      user: { id: '42', title: '', email: '', first_name: '', middle_name: '', last_name: '', sex: '', date_of_birth: null, kind: 'user', label: 'Dr Who' },
      extra: {},
      record: 'effect',
      occurred_at: '2026-11-21T10:11:12.345Z',
      table: 'public.patient',
      key: '7',
      changes: { name: ['Ann', 'Anna'] },
      target_label: 'Anna',
      activity_id: effect.activityId,
      correlation_id: 'flow-1',
      tenant: 'acme',
      source: 'ward-1',
    });
  });

  test('of a table that stands for no entity is told by table and key', async () => {
    const line = await app().write((sink) => sink.writeEffects?.([sampleEffect({ op: 'I', targetType: null, targetId: null, targetLabel: null, key: '3|4' })]));
    expect(line).toMatchObject({ model: 'public.patient', instance_id: '3|4', message: 'CREATE event for public.patient (id: 3|4)' });
  });

  test('of a whole table has no id', async () => {
    const line = await app().write((sink) => sink.writeEffects?.([sampleEffect({ op: 'T', targetId: null, key: '' })]));
    expect(line).toMatchObject({ event_type: 'TRUNCATE', instance_id: '', message: 'TRUNCATE event for Patient' });
  });
});

describe('an activity', () => {
  test('has all of its facts, and its message with the values', async () => {
    const activity = sampleActivity({ message: 'approved {number}', messageValues: { number: 'INV-1' }, model: 'billing', columns: { amount: '12.50' } });
    const line = await app().write((sink) => sink.write([activity]));
    expect(line).toMatchObject({
      timestamp: '2026-11-21 10:11:12.345', level: 'AUDIT', name: 'audit.activity', message: 'approved INV-1', record: 'activity', id: activity.id,
      occurred_at: '2026-11-21T10:11:12.345Z', recorded_at: '2026-11-21T10:11:13.001Z', action: 'invoice.approve', outcome: 'success', outcome_code: 'OK',
      actor_kind: 'user', actor_id: '7', actor_label: 'Ada Lovelace', on_behalf_of: { kind: 'user', id: '8', label: 'Grace Hopper', via: 'impersonation', on_behalf_of: null },
      target_type: 'Invoice', target_id: '4711', target_label: 'INV-4711', related: [{ role: 'folder', type: 'Folder', id: '3', label: null }], tool: 'billing',
      message_template: 'approved {number}', message_values: { number: 'INV-1' }, reason: 'checked against the order', changes: { status: { old: 'open', new: 'approved' } },
      input: { amount: 12.5, lines: [1, 2] }, metadata: { level: 2, nested: { flag: true } }, activity_model: 'billing', columns: { amount: '12.50' }, observer: 'manual',
      context: { ip: '192.0.2.1', user_agent: 'vitest', method: 'POST', path: '/approve', request_id: 'r-1', trace_id: null, session_id: null },
      source: 'contract', tenant: 'acme', correlation_id: 'flow-1', causation_id: activity.causationId,
    });
    expect(line).not.toHaveProperty('model');
  });

  test('has a field for every column of the record', async () => {
    const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const renamed: Readonly<Record<string, string>> = { message: 'message_template', model: 'activity_model' };
    const line = await app().activity({});
    expect(Object.keys(sampleActivity()).map((name) => renamed[name] ?? snake(name)).filter((name) => !(name in line))).toEqual([]);
  });

  test('with nothing that may be absent has the same fields, null', async () => {
    const full = await app().activity({});
    const bare = await app().write((sink) => sink.write([bareActivity()]));
    expect(Object.keys(bare)).toEqual(Object.keys(full));
    expect(bare).toMatchObject({ message: 'invoice.approve: success', user: null, on_behalf_of: null, related: null, context: { ip: null } });
  });

  test.each([['create', 'CREATE'], ['update', 'UPDATE'], ['delete', 'DELETE'], ['read', 'READ'], ['view', 'READ']])('%s is told as %s, with its metadata as extra', async (verb, type) => {
    const line = await app().activity({ ...crud, action: `ward.patient.${verb}` });
    expect(line).toMatchObject({
      name: 'audit.crud', model: 'Patient', event_type: type, instance_id: '7', message: `${type} event for Patient (id: 7)`,
      extra: { level: 2, nested: { flag: true } }, record: 'activity', activity_model: 'default',
    });
  });

  test.each<[string, Partial<Activity>]>([
    ['failed', { outcome: 'failure' }],
    ['was denied', { outcome: 'denied' }],
    ['has an unknown end', { outcome: 'unknown' }],
    ['has no target', { targetType: null, targetId: null }],
    ['has another verb', { action: 'patient.update-name' }],
    ['has a verb that every object has', { action: 'patient.constructor' }],
    ['was made for a flush, which effects tell', { observer: 'mikro-orm' }],
  ])('that %s is no create', async (_, given) => {
    expect(await app().activity({ ...crud, ...given })).toMatchObject({ name: 'audit.activity', record: 'activity' });
  });

  test.each(['trpc', 'envelop', 'manual'] as const)('of %s is a create where no effect tells of its target, and always a read', async (observer) => {
    const told = async (given: Partial<Activity>, effect: Partial<DurableEffect>) => {
      const out = lines();
      const sink = pinoSink(pino(pinoOptions(), out));
      const activity = sampleActivity({ ...crud, observer, ...given });
      sink.write([activity]);
      sink.writeEffects?.([sampleEffect({ activityId: activity.id, op: 'I', ...effect })]);
      await sink.close();
      return out.parsed.map(({ name, record, event_type: type }) => [name, record, type]);
    };
    const [effect, activity] = [['audit.crud', 'effect', 'CREATE'], ['audit.crud', 'activity', 'CREATE']];
    expect(await told({}, {})).toEqual([['audit.activity', 'activity', undefined], effect]);
    expect(await told({}, { targetId: '8' })).toEqual([activity, effect]);
    expect(await told({}, { targetType: 'Bed' })).toEqual([activity, effect]);
    expect(await told({}, { activityId: null })).toEqual([activity, effect]);
    expect(await told({ action: 'patient.view' }, {})).toEqual([['audit.crud', 'activity', 'READ'], effect]);
  });
});

describe('a request', () => {
  test('is a line of level API, at its end, with duration in milliseconds and what it belongs to', async () => {
    const record = sampleRequest();
    expect(await app().write((sink) => sink.writeRequests?.([record]))).toEqual({
      timestamp: '2026-11-21 10:11:12.350',
      level: 'API',
      name: 'audit.request',
      message: 'Audit Internal Request',
      service_name: 'ward',
      request_type: 'internal',
      protocol: 'http',
      request_repr: {
        method: 'POST', path: '/patients', query_params: { page: '2' }, headers: { 'content-type': 'application/json' },
        user: { id: '42', title: '', email: '', first_name: '', middle_name: '', last_name: '', sex: '', date_of_birth: null, kind: 'user', label: 'Dr Who' },
        body: { title: 'hello' },
      },
      response_repr: { status_code: 201, headers: { 'content-type': 'application/json' }, body: { status: 'ok' } },
      error_message: null,
      execution_time: 5.25,
      record: 'request',
      id: record.id,
      started_at: '2026-11-21T10:11:12.345Z',
      on_behalf_of: null,
      ip: '192.0.2.1',
      request_id: 'r-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      tenant: 'acme',
      correlation_id: 'flow-1',
      causation_id: record.causationId,
    });
  });

  test('that went out names the service and the endpoint', async () => {
    const line = await app().write((sink) => sink.writeRequests?.([externalRequest()]));
    expect(line).toMatchObject({ message: 'Audit External Service', service_name: 'apollo', request_type: 'external', request_repr: { endpoint: 'https://www.sample.com/patients', path: '/patients' } });
  });

  test('has no secret in the text of its error', async () => {
    const line = await app().write((sink) => sink.writeRequests?.([sampleRequest({ error: 'connect postgres://app:hunter2@db/app failed, token=abcdef' })]));
    expect(line['error_message']).toMatch(/^connect postgres:.* failed/);
    expect(JSON.stringify(line)).not.toMatch(/hunter2|abcdef/);
  });
});

describe('user', () => {
  test('is filled by the application, and by nobody else', async () => {
    const known = { title: 'Dr', email: 'who@example.org', first_name: 'Ada', middle_name: 'B', last_name: 'Lovelace', sex: 'F', date_of_birth: '1815-12-10' };
    const asked: unknown[] = [];
    const line = await app((actor) => {
      asked.push(actor);
      return known;
    }).activity({});
    expect(line['user']).toEqual({ id: '7', ...known, kind: 'user', label: 'Ada Lovelace' });
    expect(asked).toEqual([{ kind: 'user', id: '7', label: 'Ada Lovelace' }]);
  });

  test('cannot be told another id, kind or field', async () => {
    const line = await app(() => ({ title: 'Dr', id: 'x', kind: 'root', password: 'p' }) as never).activity({});
    expect(line['user']).toEqual({ id: '7', title: 'Dr', email: '', first_name: '', middle_name: '', last_name: '', sex: '', date_of_birth: null, kind: 'user', label: 'Ada Lovelace' });
  });

  test.each<[string, DescribeUser]>([
    ['throws', () => { throw new Error('no session'); }],
    ['answers with a promise', (async () => ({ title: 'Dr' })) as unknown as DescribeUser],
    ['answers with a promise that rejects', (async () => { throw new Error('no session'); }) as unknown as DescribeUser],
    ['answers with what cannot be read', () => ({ get title(): string { throw new Error('not loaded'); } })],
    ['answers with what has a hostile then', () => ({ get then(): never { throw new Error('no promise'); } }) as never],
    ['answers with nothing', () => undefined],
    ['answers with what is no text', () => ({ title: 3n, sex: Symbol('x'), date_of_birth: {} }) as never],
  ])('is told by the record where the application %s', async (_, describeUser) => {
    expect(faultsOf(await app(describeUser).activity(crud), CRUD)).toEqual([]);
  });

  test('is null for who is anonymous or not known; a program is told with its kind', async () => {
    expect(await app(() => ({ title: 'Dr' })).activity({ actorKind: 'anonymous', actorId: null, actorLabel: null })).toMatchObject({ user: null, actor_kind: 'anonymous' });
    expect(await app(() => ({ title: 'Dr' })).activity({ actorKind: null, actorId: null, actorLabel: null })).toMatchObject({ user: null, actor_kind: null });
    expect(await app().activity({ actorKind: 'system', actorId: 'nightly', actorLabel: null })).toMatchObject({ user: { id: 'nightly', kind: 'system', label: null } });
  });
});
