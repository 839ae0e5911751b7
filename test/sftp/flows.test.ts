import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { RequestRecord } from '@deedlog/core';
import { auditedSftp } from '@deedlog/http';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sftpServer } from '../support/sftp-server.ts';
import { caught, connectedWorld, quietClient } from './support.ts';

test('fifty flows that interleave over few connections: each call has its own flow’s actor, tenant, ids and intent', async () => {
  await using server = await sftpServer();
  const records: RequestRecord[] = [];
  const store = memoryStore();
  const deedlog = createDeedlog({ store, actor: ({ user }: { user: string }) => userActor(user), context: ({ user }) => ({ tenant: `tenant of ${user}`, requestId: `request-${user}` }) });
  const sink = { writeRequests: (written: readonly RequestRecord[]) => void records.push(...written) };
  const clients = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const client = auditedSftp(quietClient(), { service: `bank-${index}`, sink, deedlog });
      await client.connect(server.login);
      return client;
    }),
  );
  expect(records.every(({ correlationId, actorId }) => correlationId === null && actorId === null)).toBe(true);
  records.length = 0;

  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const user = `user-${index}`;
      const client = clients[index % clients.length] ?? quietClient();
      await deedlog.run({ host: { user }, correlationId: `flow-${index}` }, async () => {
        await client.exists(`/outside/${user}`);
        await deedlog.withIntent({ action: 'file.send' }, async () => {
          await client.put(Buffer.from(user), `/${user}.txt`);
          await caught(() => client.get(`/none/${user}`));
        });
      });
    }),
  );

  expect(records).toHaveLength(150);
  expect(new Set(records.map(({ id }) => id)).size).toBe(150);
  for (let index = 0; index < 50; index++) {
    const user = `user-${index}`;
    const own = records.filter(({ request }) => request.path.endsWith(user) || request.path.endsWith(`${user}.txt`));
    const activity = store.activities.find(({ actorId }) => actorId === user);
    const flow = { actorKind: 'user', actorId: user, tenant: `tenant of ${user}`, requestId: `request-${user}`, correlationId: `flow-${index}`, serviceName: `bank-${index % 10}` };
    expect(own).toEqual([
      expect.objectContaining({ ...flow, causationId: null }),
      expect.objectContaining({ ...flow, causationId: activity?.id }),
      expect.objectContaining({ ...flow, causationId: activity?.id }),
    ]);
  }
});

test('whatever the remote path: the call does what it did, and its record is bounded, well-formed and on one line', async () => {
  const { client, plain, records } = await connectedWorld();
  const piece = fc.oneof(
    fc.constantFrom('/', '..', '.', '//', '\n', '\r', '\0', '\u2028', '\ud800', '?', '#', '%', '%2e', '@', ':', 'user:pass@', ' ', 'é', '😀', 'in', '~', '\\', '***'),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constant('a'.repeat(3000)),
  );
  const path = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('')).filter((text) => text !== '');
  await fc.assert(
    fc.asyncProperty(path, fc.constantFrom('exists', 'stat', 'get', 'list', 'delete'), async (remote, name) => {
      records.length = 0;
      const outcome = async (one: typeof client): Promise<unknown> => one[name](remote).then((value: unknown) => value, (error: unknown) => String(error));
      expect(await outcome(client)).toEqual(await outcome(plain));
      expect(records).toHaveLength(1);
      const [record] = records;
      const { endpoint } = record?.request ?? {};
      expect(record?.request.path.length).toBeLessThan(1100);
      expect(URL.canParse(endpoint ?? '')).toBe(true);
      expect(endpoint).toMatch(/^sftp:\/\/127\.0\.0\.1:\d+\/[^?#\s]*$/);
      for (const text of [record?.request.path, endpoint, record?.error ?? '']) {
        expect(text?.isWellFormed()).toBe(true);
        expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }
    }),
    { numRuns: 300 },
  );
});
