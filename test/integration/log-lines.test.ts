import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unlogged } from '@deedlog/http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APPLICATION, CRUD, EXTERNAL_REQUEST, faultsOf, INTERNAL_REQUEST } from '../pino/documented-fields.ts';
import type { Shape } from '../pino/documented-fields.ts';
import { loggedService } from './support/logged-service.ts';
import type { LoggedService } from './support/logged-service.ts';
import { readLines, settled } from './support/read-lines.ts';
import type { LogLine } from './support/read-lines.ts';

/** Planted in the URL, headers, bodies, fields and errors of the traffic below. */
const SECRETS = ['hunter2-header', 'hunter2-body', 'in-the-query', 'in-the-error', 'in-the-fields', 'upstream-secret', 'sftp-secret', 'sftp-user', 'what the report says', 'a private note'];

const log: Record<'audit' | 'api' | 'app', readonly LogLine[]> = { audit: [], api: [], app: [] };
const texts: Record<string, string> = {};
let ports: Record<string, string> = {};
let directory = '';

/** Real traffic: a tRPC server on PostgreSQL, an HTTP server and an SFTP server as its partners. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'deedlog-lines-'));
  await using service = await loggedService(directory);
  ports = { [new URL(service.url).port]: '<port>', [new URL(service.upstreamUrl).port]: '<upstream>', [String(service.sftpPort)]: '<sftp>' };
  // The clients are in the same process: their calls are not the service's.
  await unlogged(() => drive(service));
  await service.close();
  expect(service.problems).toEqual([]);
  for (const kind of ['audit', 'api', 'app'] as const) {
    log[kind] = await readLines(directory, `${kind}.log`);
    texts[kind] = await readFile(join(directory, `${kind}.log`), 'utf8');
  }
});

async function drive(service: LoggedService): Promise<void> {
  const ada = service.as('ada', { authorization: 'Bearer hunter2-header', cookie: 'session=hunter2-header', 'user-agent': 'golden' });
  const { id } = await ada.patient.create.mutate({ name: 'Bo', note: 'a private note' });
  await ada.patient.read.mutate({ id });
  await ada.patient.update.mutate({ id, name: 'Bea' });
  await ada.patient.share.mutate({ title: 'hello', secret: 'hunter2-body' });
  await ada.patient.report.mutate({ text: 'what the report says' });
  await ada.patient.delete.mutate({ id });
  await expect(ada.patient.fail.mutate()).rejects.toThrow('register');
  await fetch(`${service.url}/health`);
  await fetch(`${service.url}/nowhere?batch=1&token=in-the-query`, { headers: { 'user-agent': 'golden', authorization: 'Bearer hunter2-header' } });
}

afterAll(() => rm(directory, { recursive: true, force: true }));

function named(kind: keyof typeof log, match: (line: LogLine) => boolean): LogLine {
  const found = log[kind].filter(match);
  if (found[0] === undefined) throw new Error(`no such line in ${kind}.log`);
  return found[0];
}

const crud = (type: string) => (line: LogLine): boolean => line['name'] === 'audit.crud' && line['event_type'] === type;
const called = (service: string, protocol: string) => (line: LogLine): boolean => line['service_name'] === service && line['protocol'] === protocol && line['request_type'] === 'external';

const documented: readonly (readonly [string, Shape, () => LogLine])[] = [
  ['create record', CRUD, () => named('audit', crud('CREATE'))],
  ['read record', CRUD, () => named('audit', crud('READ'))],
  ['update record', CRUD, () => named('audit', crud('UPDATE'))],
  ['delete record', CRUD, () => named('audit', crud('DELETE'))],
  ['request that came in', INTERNAL_REQUEST, () => named('api', ({ request_type: type }) => type === 'internal')],
  ['call of the client', EXTERNAL_REQUEST, () => named('api', called('apollo', 'http'))],
  ['call of fetch', EXTERNAL_REQUEST, () => named('api', ({ service_name: name }) => String(name).startsWith('127.0.0.1'))],
  ['SFTP call', EXTERNAL_REQUEST, () => named('api', called('insurer', 'sftp'))],
  ['application log record', APPLICATION, () => named('app', ({ level }) => level === 'ERROR')],
];

describe('lines of real traffic', () => {
  test.each(documented)('%s: every documented field is there', (_, shape, find) => {
    expect(faultsOf(find(), shape)).toEqual([]);
  });

  test('one of each is as it was reviewed', async () => {
    const found = [...documented.map(([title, , find]) => ({ title, line: find() })), { title: 'activity', line: named('audit', ({ name }) => name === 'audit.activity') }];
    const lines = settled(found.map(({ line }) => line), ports);
    const text = found.map(({ title }, place) => `# ${title}\n${JSON.stringify(lines[place], null, 2)}\n`).join('\n');
    await expect(text).toMatchFileSnapshot('../golden/log-lines.txt');
  });

  test('no secret of a header, body, query, URL or error is in any of them', () => {
    for (const secret of SECRETS) {
      const forms = [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(secret).toString('hex')];
      for (const [kind, text] of Object.entries(texts)) expect([kind, forms.filter((form) => text.includes(form))]).toEqual([kind, []]);
    }
  });

  test('the calls of a request carry its correlation id and its actor, as its activity does', () => {
    const calls = log.api.filter(({ request_type: type }) => type === 'external');
    const internal = log.api.filter(({ request_type: type }) => type === 'internal');
    expect(calls.length).toBeGreaterThanOrEqual(5);
    for (const call of calls) {
      const request = internal.find(({ correlation_id: id }) => id === call['correlation_id']);
      const activity = log.audit.find(({ id }) => id === call['causation_id']);
      expect(request?.['request_repr']).toMatchObject({ user: { id: 'ada' } });
      expect(call['request_repr']).toMatchObject({ user: { id: 'ada' } });
      expect(activity).toMatchObject({ correlation_id: call['correlation_id'], actor_id: 'ada' });
    }
  });

  test('a health check has no line, and every other request has one', () => {
    const paths = log.api.filter(({ request_type: type }) => type === 'internal').map(({ request_repr: repr }) => (repr as { path: string }).path);
    expect(paths).toEqual([...['create', 'read', 'update', 'share', 'report', 'delete', 'fail'].map((name) => `/patient.${name}`), '/nowhere']);
  });

  test('an act is told once: its activity, and one line for each row that it changed', () => {
    const told = log.audit.map(({ name, action, event_type: type }) => [name, action ?? type]);
    expect(told).toEqual([
      ['audit.activity', 'patient.create'],
      ['audit.crud', 'CREATE'],
      ['audit.crud', 'patient.read'],
      ['audit.activity', 'patient.update'],
      ['audit.crud', 'UPDATE'],
      ['audit.activity', 'patient.share'],
      ['audit.activity', 'patient.report'],
      ['audit.activity', 'patient.delete'],
      ['audit.crud', 'DELETE'],
      ['audit.activity', 'patient.fail'],
    ]);
  });
});
