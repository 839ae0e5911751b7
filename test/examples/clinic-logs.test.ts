import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEED_PASSWORD } from 'clinic';
import { expect, onTestFinished, test } from 'vitest';
import { testClinic } from './support/test-clinic.ts';

type Line = Readonly<Record<string, unknown>>;

async function readLines(directory: string, file: string): Promise<readonly Line[]> {
  const text = await readFile(join(directory, file), 'utf8');
  return text.trimEnd().split('\n').map((line) => JSON.parse(line) as Line);
}

test('the clinic writes its log and its requests as JSON lines, each act once, and no password or token', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'deedlog-clinic-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const clinic = await testClinic({ logDirectory: directory });

  const { trpc } = await clinic.signIn('ben@clinic.example');
  const acts = await clinic.recordedBy(() => trpc.patient.update.mutate({ id: 1, phone: '555-0300' }));
  await fetch(`${clinic.url}/health`);
  const activities = await clinic.activities();
  const effects = await clinic.effects(acts);
  await clinic[Symbol.asyncDispose]();

  const audit = await readLines(directory, 'audit.log');
  const api = await readLines(directory, 'api.log');
  expect(audit.filter(({ record }) => record === 'activity').map(({ id }) => id).toSorted()).toEqual(activities.map(({ id }) => id).toSorted());
  const [act] = acts;
  expect(audit.filter(({ activity_id: id }) => id === act?.id)).toHaveLength(effects.length);
  expect(api.map(({ request_repr: request }) => (request as { path: string }).path)).toEqual(['/trpc/auth.login', '/trpc/patient.update']);
  expect(api[1]).toMatchObject({ correlation_id: act?.correlationId, request_id: act?.context.requestId, request_repr: { user: { id: act?.actorId } } });
  const text = JSON.stringify([audit, api]);
  expect(text).not.toContain(SEED_PASSWORD);
  expect(text).not.toMatch(/eyJ[\w-]+\./);
});
