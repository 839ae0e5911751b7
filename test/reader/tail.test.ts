import { createId, memoryReader, memoryStore } from '@deedlog/core';
import type { Activity, ActivityItem, MemoryStore } from '@deedlog/core';
import { auditHandler } from '@deedlog/http';
import type { AuditHandlerOptions } from '@deedlog/http';
import { expect, test } from 'vitest';
import { bareActivity } from '../contract/sample-activity.ts';
import { decide } from './support/log.ts';
import { serveHandler } from './support/serve.ts';
import type { Served } from './support/serve.ts';

const now = (given: Partial<Activity> = {}): Activity => bareActivity({ id: createId(), occurredAt: new Date(), recordedAt: new Date(), tenant: 'acme', ...given });

async function served(options: Partial<AuditHandlerOptions> = {}): Promise<Served & { store: MemoryStore }> {
  const store = memoryStore();
  const handler = auditHandler({ reader: memoryReader(store), authorize: decide, tail: { interval: 20, lifetime: 5000 }, ...options });
  return { ...(await serveHandler(handler)), store };
}

/** What comes in, until it was enough. */
async function read(response: Response, enough: (items: readonly ActivityItem[]) => boolean): Promise<{ items: ActivityItem[]; cursor: string }> {
  const items: ActivityItem[] = [];
  let cursor = '';
  let rest = '';
  for await (const chunk of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data: ')) items.push(JSON.parse(line.slice(6)) as ActivityItem);
      if (line.startsWith('id: ')) cursor = line.slice(4);
    }
    if (enough(items) && rest === '' && cursor !== '') break;
  }
  return { items, cursor };
}

test('what is recorded comes in, in order, and nothing of before', async () => {
  await using server = await served();
  await server.store.write([now()]);
  const response = await server.get('/audit/api/tail');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const fresh = [now({ reason: 'a\ndata: {"forged":1}\n\nid: x' }), now({ tenant: 'other' })];
  const reading = read(response, (items) => items.length === 2);
  await server.store.write(fresh);
  const { items, cursor } = await reading;
  expect(items.map(({ id, reason }) => [id, reason])).toEqual(fresh.map(({ id, reason }) => [id, reason]));
  const later = now();
  await server.store.write([later]);
  for (const again of [fetch(`${server.origin}/audit/api/tail?after=${cursor}`, { headers: { 'x-user': 'auditor' } }), fetch(`${server.origin}/audit/api/tail`, { headers: { 'x-user': 'auditor', 'last-event-id': cursor } })]) {
    expect((await read(await again, (found) => found.length === 1)).items.map(({ id }) => id)).toEqual([later.id]);
  }
});

test('filters and the tenant of the reader hold', async () => {
  await using server = await served();
  const response = await server.get('/audit/api/tail?action=invoice.*', 'acme');
  const wanted = now({ action: 'invoice.approve' });
  await server.store.write([now({ action: 'invoice.approve', tenant: 'other' }), now({ action: 'patient.read' }), wanted]);
  expect((await read(response, (items) => items.length > 0)).items.map(({ id }) => id)).toEqual([wanted.id]);
});

test('it ends after its lifetime, so that the reader is authorised again', async () => {
  await using server = await served({ tail: { interval: 10, lifetime: 200 } });
  const began = Date.now();
  const text = await (await server.get('/audit/api/tail')).text();
  expect(text).toMatch(/^retry: 2000\n: \nid: \S+\n\n$/);
  expect(Date.now() - began).toBeLessThan(3000);
});

test('who leaves gives the place back', async () => {
  await using server = await served({ maxStreams: 1 });
  const leaving = new AbortController();
  expect((await fetch(`${server.origin}/audit/api/tail`, { headers: { 'x-user': 'auditor' }, signal: leaving.signal })).status).toBe(200);
  expect((await server.get('/audit/api/tail')).status).toBe(503);
  leaving.abort();
  await expect.poll(async () => {
    const response = await server.get('/audit/api/tail');
    await response.body?.cancel();
    return response.status;
  }).toBe(200);
});
