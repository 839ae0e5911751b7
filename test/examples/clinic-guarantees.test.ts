import { connect, Medicine, Patient, Prescription, refused, SEED_PASSWORD, Session } from 'clinic';
import { PROBLEMS_KEY } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plantedSecret } from '../support/secrets.ts';
import { testClinic } from './support/test-clinic.ts';
import type { TestClinic } from './support/test-clinic.ts';

/** A new PGlite on a machine that runs other tests, too. */
const START_MS = 120_000;

let clinic: TestClinic;
beforeAll(async () => {
  clinic = await testClinic();
}, START_MS);
afterAll(() => clinic[Symbol.asyncDispose]());

const act = ({ action, outcome, outcomeCode, actorLabel }: Activity): string => [action, outcome, outcomeCode, actorLabel].filter((part) => part !== null).join(' ');

describe('one act, one record', () => {
  test('a batch of three calls is one request and three acts', async () => {
    const { trpc } = await clinic.signIn('ben@clinic.example');
    const recorded = await clinic.recordedBy(() => Promise.all(['A', 'B', 'C'].map((name) => trpc.patient.create.mutate({ name }))));
    expect(recorded.map(act)).toEqual(Array(3).fill('patient.create success Ben Castillo'));
    expect(new Set(recorded.map(({ correlationId }) => correlationId)).size).toBe(1);
    expect(new Set(recorded.map(({ targetId }) => targetId)).size).toBe(3);
  });

  test('an alias that fails leaves the other one standing', async () => {
    const { graphql } = await clinic.signIn('ben@clinic.example');
    const twice = 'mutation { a: bookAppointment(patientId: 1, doctorId: 1, startsAt: "2032-01-01T09:00:00Z") { id } b: cancelAppointment(id: 4711) }';
    const recorded = await clinic.recordedBy(() => graphql.request(twice).catch(() => undefined));
    expect(recorded.map(act)).toEqual(['appointment.book success Ben Castillo', 'appointment.cancel failure NOT_FOUND Ben Castillo']);
  });

  test('what is not marked is not recorded', async () => {
    const { trpc, graphql } = await clinic.signIn('ben@clinic.example');
    const recorded = await clinic.recordedBy(async () => {
      expect(await trpc.patient.list.query()).not.toEqual([]);
      expect(await graphql.request('{ patients { fileNumber } }')).toHaveProperty('patients');
      expect(await (await fetch(`${clinic.url}/health`)).text()).toBe('ok');
    });
    expect(recorded).toEqual([]);
  });

  test('the same act by either API differs in the observer only', async () => {
    const { trpc, graphql } = await clinic.signIn('ben@clinic.example');
    const [one, other] = await clinic.recordedBy(async () => {
      await trpc.patient.view.query({ id: 1 });
      await graphql.request('{ patient(id: 1) { name } }');
    });
    const same = ({ action, outcome, actorId, targetType, targetId, targetLabel, message, tool }: Activity) => ({ action, outcome, actorId, targetType, targetId, targetLabel, message, tool });
    expect(one && same(one)).toEqual(other && same(other));
    expect([one?.observer, other?.observer]).toEqual(['trpc', 'envelop']);
  });

  test('people who act at the same time over both APIs are not mixed up', async () => {
    const [ada, ben] = await Promise.all([clinic.signIn('ada@clinic.example'), clinic.signIn('ben@clinic.example')]);
    const recorded = await clinic.recordedBy(() =>
      Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const [who, label] = index % 4 < 2 ? [ada, 'Ada Okafor'] : [ben, 'Ben Castillo'];
          if (index % 2 === 0) await who.trpc.patient.create.mutate({ name: 'Somebody', phone: label });
          else await who.graphql.request('mutation ($phone: String!) { createPatient(name: "Somebody", phone: $phone) { id } }', { phone: label });
        }),
      ),
    );
    expect(recorded).toHaveLength(40);
    for (const { actorLabel, targetId } of recorded) {
      const { phone } = await clinic.orm.em.fork().findOneOrFail(Patient, Number(targetId));
      expect(actorLabel).toBe(phone);
    }
  });
});

describe('the record and the change', () => {
  test('are rolled back together where the record cannot be written', async () => {
    const { trpc } = await clinic.signIn('ben@clinic.example');
    const connection = clinic.orm.em.getConnection();
    const count = (): Promise<number> => clinic.orm.em.fork().count(Patient);
    const before = await count();
    await connection.execute(`alter table deedlog.activity add constraint no_more check (action <> 'patient.create') not valid`);
    await refused('INTERNAL_SERVER_ERROR', trpc.patient.create.mutate({ name: 'Never' }));
    await connection.execute('alter table deedlog.activity drop constraint no_more');
    expect(await count()).toBe(before);
    await trpc.patient.create.mutate({ name: 'Now' });
    expect(await count()).toBe(before + 1);
  });

  test('a failed approval changes neither the sheet nor the shelf, and stays in the log', async () => {
    const { trpc } = await clinic.signIn('ada@clinic.example');
    const { id } = await trpc.prescription.create.mutate({ patientId: 1, medicineId: 1, packs: 1000 });
    const recorded = await clinic.recordedBy(() => refused('CONFLICT', trpc.prescription.approve.mutate({ id, reason: 'Trying' })));
    expect(recorded.map(act)).toEqual(['prescription.approve failure CONFLICT Ada Okafor']);
    expect(recorded[0]).toMatchObject({ targetType: 'Prescription', targetId: String(id), reason: 'Trying', message: null });
    const em = clinic.orm.em.fork();
    expect(await em.findOneOrFail(Prescription, id)).toMatchObject({ status: 'draft' });
    expect(await em.findOneOrFail(Medicine, 1)).toMatchObject({ stock: 10 });
  });

  // Fails as long as core takes an entity that never got a key for the target.
  test('a refused insert has no target and no problem', async () => {
    const { trpc } = await clinic.signIn('ben@clinic.example');
    const slot = { patientId: 1, doctorId: 1, startsAt: '2033-01-01T09:00:00Z' };
    await trpc.appointment.book.mutate(slot);
    const [activity] = await clinic.recordedBy(() => refused('CONFLICT', trpc.appointment.book.mutate(slot)));
    expect(activity).toMatchObject({ outcome: 'failure', outcomeCode: 'CONFLICT', targetId: null, input: { startsAt: slot.startsAt } });
    expect(activity?.metadata).not.toHaveProperty([PROBLEMS_KEY]);
  });

  test('fields are stored as they were allowed: plain, redacted, or not at all', async () => {
    const { trpc } = await clinic.signIn('ben@clinic.example');
    const [name, diagnosis] = [plantedSecret('name'), plantedSecret('diagnosis')];
    const recorded = await clinic.recordedBy(() => trpc.patient.update.mutate({ id: 2, name, phone: '555-0777', diagnosis }));
    expect(recorded).toMatchObject([{ action: 'patient.update', targetId: '2', changes: null, input: null }]);
    expect((await clinic.effects(recorded)).map(({ op, key, changes }) => ({ op, key, changes }))).toEqual([
      {
        op: 'U',
        key: '2',
        changes: { name: ['***REDACTED***', '***REDACTED***'], phone: ['555-0102', '555-0777'], diagnosis: ['***REDACTED***', '***REDACTED***'] },
      },
    ]);
    const dump = await clinic.dump();
    for (const secret of [name, diagnosis]) expect(dump).not.toContain(secret);
  });

  test('an update that changes nothing names its target and has no effect', async () => {
    const { trpc } = await clinic.signIn('ben@clinic.example');
    const recorded = await clinic.recordedBy(() => trpc.patient.update.mutate({ id: 1, phone: '555-0101' }));
    expect(recorded).toMatchObject([{ action: 'patient.update', outcome: 'success', targetId: '1' }]);
    expect(await clinic.effects(recorded)).toEqual([]);
  });

  test('a change that nobody declared leaves nothing where its record cannot be written', async () => {
    const connection = clinic.orm.em.getConnection();
    await connection.execute('alter table deedlog.effect add constraint no_more check (false) not valid');
    const em = clinic.orm.em.fork();
    (await em.findOneOrFail(Medicine, 2)).stock = 1;
    await expect(em.flush()).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    await connection.execute('alter table deedlog.effect drop constraint no_more');
    expect(await clinic.orm.em.fork().findOneOrFail(Medicine, 2)).toMatchObject({ stock: 100 });
  });
});

describe('jobs', () => {
  test('act on behalf of whoever queued them, in the same flow, caused by the approval', async () => {
    const { trpc } = await clinic.signIn('ada@clinic.example');
    const { id } = await trpc.prescription.create.mutate({ patientId: 1, medicineId: 2, packs: 1 });
    const [approved, dispensed] = await clinic.recordedBy(() => trpc.prescription.approve.mutate({ id, reason: 'Guideline' }));
    expect(dispensed).toMatchObject({
      action: 'prescription.dispense',
      actorKind: 'system',
      actorId: 'pharmacy',
      onBehalfOf: { kind: 'user', label: 'Ada Okafor', via: 'job' },
      correlationId: approved?.correlationId,
      causationId: approved?.id,
    });
  });

  test('a job that fails is recorded, and the next one runs', async () => {
    const recorded = await clinic.recordedBy(() =>
      clinic.deedlog.run({ actor: { kind: 'user', id: 1, label: 'Ada Okafor' } }, async () => {
        await clinic.jobs.enqueue({ name: 'dispense', prescriptionId: 4711 });
        await clinic.jobs.enqueue({ name: 'dispense', prescriptionId: 1 });
      }),
    );
    expect(recorded.map(act)).toEqual(['prescription.dispense failure NOT_FOUND Pharmacy', 'prescription.dispense success Pharmacy']);
    expect(clinic.jobs.failures).toHaveLength(1);
  });
});

describe('tokens', () => {
  const auth = () => connect(clinic.url).trpc.auth;

  test('an expired access token is refused, and the log knows whose it was', async () => {
    const accessToken = await clinic.tokens.issue('access', { sub: '2', name: 'Ben Castillo', role: 'nurse', jti: 'gone' }, -1);
    const recorded = await clinic.recordedBy(() => refused('UNAUTHORIZED', connect(clinic.url, accessToken).trpc.patient.create.mutate({ name: 'X' })));
    expect(recorded.map(act)).toEqual(['patient.create denied UNAUTHORIZED Ben Castillo']);
  });

  test('a forged token names nobody', async () => {
    const accessToken = await clinic.tokens.issue('access', { sub: '2', name: 'Ben Castillo', role: 'admin', jti: 'gone' });
    const forged = `${accessToken.slice(0, accessToken.lastIndexOf('.'))}.AAAA`;
    const [activity] = await clinic.recordedBy(() => refused('UNAUTHORIZED', connect(clinic.url, forged).trpc.patient.create.mutate({ name: 'X' })));
    expect(activity).toMatchObject({ outcome: 'denied', actorKind: 'anonymous', actorId: null });
  });

  test('an expired, a foreign and a spent refresh token each leave their reason', async () => {
    const claims = { sub: '2', name: 'Ben Castillo', role: 'nurse', jti: 'gone' } as const;
    const [expired, foreign] = await Promise.all([clinic.tokens.issue('refresh', claims, -1), clinic.tokens.issue('access', claims)]);
    const { refreshToken } = await auth().login.mutate({ email: 'ben@clinic.example', password: SEED_PASSWORD });
    await auth().refresh.mutate({ refreshToken });
    const recorded = await clinic.recordedBy(async () => {
      for (const token of [expired, foreign, refreshToken]) await refused('UNAUTHORIZED', auth().refresh.mutate({ refreshToken: token }));
    });
    expect(recorded.map(act)).toEqual(['auth.refresh failure expired Ben Castillo', 'auth.refresh failure invalid', 'auth.refresh failure revoked Ben Castillo']);
  });

  test('a logout ends both tokens of the session', async () => {
    const pair = await auth().login.mutate({ email: 'ada@clinic.example', password: SEED_PASSWORD });
    const { trpc } = connect(clinic.url, pair.accessToken);
    const [activity] = await clinic.recordedBy(() => trpc.auth.logout.mutate());
    expect(activity).toMatchObject({ action: 'auth.logout', actorLabel: 'Ada Okafor', context: { sessionId: activity?.metadata['sessionId'] } });
    await refused('UNAUTHORIZED', trpc.patient.view.query({ id: 1 }));
    await refused('UNAUTHORIZED', auth().refresh.mutate({ refreshToken: pair.refreshToken }));
  });

  test('a login and its session are stored together, or neither', async () => {
    const connection = clinic.orm.em.getConnection();
    const before = await clinic.orm.em.fork().count(Session);
    await connection.execute(`alter table deedlog.activity add constraint no_more check (action <> 'auth.login') not valid`);
    await refused('INTERNAL_SERVER_ERROR', auth().login.mutate({ email: 'ada@clinic.example', password: SEED_PASSWORD }));
    await connection.execute('alter table deedlog.activity drop constraint no_more');
    expect(await clinic.orm.em.fork().count(Session)).toBe(before);
  });
});

describe('admin work', () => {
  test('is recorded whole, with exact changes, and names both where one acts for another', async () => {
    const iris = await clinic.signIn('iris@clinic.example');
    const password = plantedSecret('staff');
    const recorded = await clinic.recordedBy(async () => {
      const { id } = await iris.trpc.admin.addStaff.mutate({ email: 'new@clinic.example', name: 'New One', role: 'nurse', password });
      await iris.trpc.admin.setRole.mutate({ id, role: 'doctor' });
      const { accessToken } = await iris.trpc.admin.impersonate.mutate({ id, reason: 'Ticket 1' });
      await refused('FORBIDDEN', connect(clinic.url, accessToken).trpc.admin.activities.query({}));
      await connect(clinic.url, accessToken).graphql.request('mutation { createPatient(name: "X") { id } }');
      await iris.trpc.admin.activities.query({ limit: 1 });
    });
    expect(recorded.map(act)).toEqual([
      'admin.add-staff success Iris Novak',
      'admin.set-role success Iris Novak',
      'auth.impersonate success Iris Novak',
      'admin.activities denied FORBIDDEN Iris Novak',
      'patient.create success Iris Novak',
      'admin.activities success Iris Novak',
    ]);
    const [added, changed, impersonated, , created] = recorded;
    expect(added?.input).toEqual({ role: 'nurse' });
    expect(await clinic.effects(changed === undefined ? [] : [changed])).toMatchObject([{ op: 'U', changes: { role: ['nurse', 'doctor'] } }]);
    expect(impersonated).toMatchObject({ tool: 'admin', reason: 'Ticket 1', targetLabel: 'New One' });
    expect(created?.onBehalfOf).toMatchObject({ label: 'New One', via: 'impersonation' });
    const dump = await clinic.dump();
    for (const secret of [password, 'new@clinic.example']) expect(dump).not.toContain(secret);
  });

  test('an admin cannot impersonate while impersonating', async () => {
    const iris = await clinic.signIn('iris@clinic.example');
    const { accessToken } = await iris.trpc.admin.impersonate.mutate({ id: 3, reason: 'Myself' });
    await refused('FORBIDDEN', connect(clinic.url, accessToken).trpc.admin.impersonate.mutate({ id: 1, reason: 'Further' }));
  });
});

describe('input that is refused', () => {
  test('leaves key names, never values, over tRPC', async () => {
    const ben = await clinic.signIn('ben@clinic.example');
    const name = plantedSecret('name');
    const [activity] = await clinic.recordedBy(() => refused('BAD_REQUEST', ben.trpc.patient.create.mutate({ name, phone: 7 } as never)));
    expect(activity).toMatchObject({ outcome: 'failure', outcomeCode: 'BAD_REQUEST', input: null, metadata: { inputKeys: ['name', 'phone'] } });
    expect(await clinic.dump()).not.toContain(name);
  });

  test('is a failure over GraphQL, whether SDL or the domain refuses it', async () => {
    const ben = await clinic.signIn('ben@clinic.example');
    const recorded = await clinic.recordedBy(async () => {
      await refused('BAD_USER_INPUT', ben.graphql.request('mutation { cancelAppointment(id: "none") }'));
      await ben.graphql.request('mutation ($name: String!) { createPatient(name: $name) { id } }', { name: 7 }).catch(() => undefined);
    });
    expect(recorded.map(act)).toEqual(['appointment.cancel failure BAD_USER_INPUT Ben Castillo', 'patient.create failure BAD_USER_INPUT Ben Castillo']);
  });
});
