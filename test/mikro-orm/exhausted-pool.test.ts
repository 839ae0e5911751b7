import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Activity, Sink } from '@deedlog/core';
import { fileSpool } from '@deedlog/spool';
import { expect, onTestFinished, test, vi } from 'vitest';
import { databaseKind } from '../support/database.ts';
import { openClinic, Patient } from './clinic.ts';
import type { Clinic } from './clinic.ts';

/** Long enough for a write on a free connection, short enough to wait for. */
const OWN_WRITE_MS = 400;

const pool = (max: number): object => ({ pool: { min: 0, max } });

async function spoolDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'deedlog-pool-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** What the spool in a directory held. */
async function spooled(directory: string): Promise<string[]> {
  const found: Activity[] = [];
  const spool = fileSpool(directory);
  await spool.drain(async (activities) => void found.push(...activities));
  await spool.close();
  return found.map(({ action }) => action);
}

const KILL = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;

/** Changes a patient and has an act denied in one transaction, whose connection is killed before its end. */
async function killedTransaction({ orm, client, deedlog }: Clinic): Promise<void> {
  const killed = deedlog.run({ host: {} }, () =>
    orm.em.fork().transactional(async (em) => {
      em.create(Patient, { name: 'Ada' });
      await em.flush();
      expect(await deedlog.trackActivity({ action: 'patient.delete', outcome: 'denied' }, { transaction: em })).toMatchObject({ status: 'deferred' });
      await client.query(KILL);
      await em.getConnection().execute('select 1', [], 'all', em.getTransactionContext());
    }),
  );
  await expect(killed).rejects.toThrow(/connection/i);
}

// PGlite has no connection that could be killed.
const onServer = test.skipIf(databaseKind === 'pglite');

onServer('a connection was killed in a transaction and the pool has no other: close() ends, and what waited is in the spool', async () => {
  const directory = await spoolDirectory();
  await using clinic = await openClinic({ store: { ownWriteMs: OWN_WRITE_MS }, onFailure: 'spool', spool: fileSpool(directory), orm: pool(1) });
  await killedTransaction(clinic);
  await clinic.deedlog.close();
  expect(clinic.problems).toMatchObject([{ code: 'STORE_WRITE_FAILED', cause: { code: 'MIKRO_ORM_WRITE_LATE' } }]);
  expect(clinic.deedlog.counters).toMatchObject({ refused: 1, spooled: 1, lost: 0 });
  expect(await spooled(directory)).toEqual(['patient.delete']);
});

onServer('the pool has another connection: close() stores what waited, and the sinks get it before they are closed', async () => {
  const heard: string[] = [];
  const sink: Sink = { name: 'test', write: (activities) => void heard.push(...activities.map(({ action }) => action)), close: async () => void heard.push('closed') };
  await using clinic = await openClinic({ sinks: [sink], orm: pool(2) });
  await killedTransaction(clinic);
  await clinic.deedlog.close();
  expect(heard).toEqual(['patient.delete', 'closed']);
  expect((await clinic.activities()).map(({ action }) => action)).toEqual(['patient.delete']);
  expect(clinic.problems).toEqual([]);
});

test('every connection is in use: an act in no transaction is refused in time, and a late success leaves it in the log once', async () => {
  const spool = fileSpool(await spoolDirectory());
  await using clinic = await openClinic({ store: { ownWriteMs: OWN_WRITE_MS }, onFailure: 'spool', spool, orm: pool(1) });
  const { orm, deedlog, activities } = clinic;
  const holding = orm.em.fork();
  await holding.begin();
  const receipt = await deedlog.run({ host: {} }, () => deedlog.trackActivity({ action: 'patient.view' }));
  expect(receipt).toMatchObject({ status: 'spooled', error: { code: 'STORE_WRITE_FAILED', cause: { code: 'MIKRO_ORM_WRITE_LATE' } } });
  await holding.rollback();
  await vi.waitFor(async () => expect(await activities()).toHaveLength(1));
  expect(await deedlog.drain()).toBe(1);
  expect((await activities()).map(({ id }) => id)).toEqual([receipt.id]);
});

test('every connection is in use: what waited for the end of a transaction is refused in time, as a gap where nothing keeps it', async () => {
  await using clinic = await openClinic({ store: { ownWriteMs: OWN_WRITE_MS }, onFailure: 'open', orm: pool(1) });
  const { orm, deedlog } = clinic;
  const [first, holding] = [orm.em.fork(), orm.em.fork()];
  await first.begin();
  await deedlog.run({ host: {} }, () => deedlog.trackActivity({ action: 'patient.delete', outcome: 'denied' }, { transaction: first }));
  // Next in the queue of the pool, and so before the write that waits for the end of the first.
  const held = holding.begin();
  await first.rollback();
  await held;
  expect(deedlog.counters).toMatchObject({ refused: 1, lost: 1 });
  await holding.rollback();
});
