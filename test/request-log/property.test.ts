import type { RequestRecord } from '@deedlog/core';
import { secretCanary } from '@deedlog/testkit';
import { once } from 'node:events';
import { Agent, request as sendRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { adapters } from './support/adapters.ts';
import { application } from './support/application.ts';
import { harness } from './support/harness.ts';
import { sendBytes, withoutDate } from './support/raw.ts';

const NAMES = ['title', 'password', 'customer', 'name', 'page', 'token', '__proto__', 'constructor', 'toJSON', 'then', 'id', '[value]', ''] as const;

const json = fc.oneof(
  fc.json(),
  fc.dictionary(fc.constantFrom(...NAMES), fc.jsonValue(), { noNullPrototype: true }).map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify({ title: value, customer: { name: value } })),
);

const body = fc.oneof(json.map((text) => Buffer.from(text)), fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)), fc.string({ unit: 'binary', maxLength: 600 }).map((text) => Buffer.from(text)));

/** What a field value may have: visible characters, spaces and the upper half (RFC 9110 §5.5). */
const fieldValue = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f).map((code) => String.fromCharCode(code)), maxLength: 60 });
/** A target without a space or a control character. */
const target = fc.string({ unit: fc.integer({ min: 0x21, max: 0xff }).filter((code) => code !== 0x7f).map((code) => String.fromCharCode(code)), maxLength: 80 });

const message = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'),
  target: fc.oneof(target.map((text) => `/orders?${text}`), target.map((text) => `/${text}`), fc.constantFrom('/orders', '/form', '/fails', '/empty')),
  type: fc.constantFrom('application/json', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', 'application/vnd.a+json'),
  headers: fc.array(fc.tuple(fc.constantFrom('accept', 'Authorization', 'cookie', 'x-request-id', 'user-agent', 'referer', 'traceparent', '__proto__', 'Content-Encoding'), fieldValue), { maxLength: 5 }),
  body,
});

function bytesOf({ method, target: to, type, headers, body: sent }: (typeof message extends fc.Arbitrary<infer Message> ? Message : never)): Buffer {
  const head = [`${method} ${to} HTTP/1.1`, 'Host: x', 'Connection: close', `Content-Type: ${type}`, `Content-Length: ${sent.length}`, ...headers.map((header) => header.join(': '))];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), sent]);
}

function expectWellFormed(record: RequestRecord): void {
  const text = JSON.stringify(record);
  expect(text.length).toBeLessThan(100_000);
  expect(text.isWellFormed()).toBe(true);
  expect(JSON.stringify(record.request.path)).not.toMatch(/[\n\r\u2028]/);
  for (const value of Object.values(record)) expect(value).not.toBeUndefined();
  expect(record.correlationId).toEqual(expect.any(String));
  expect(record.executionTime).toBeGreaterThanOrEqual(0);
}

test.each(adapters.map((adapter) => [adapter.name, adapter] as const))('any bytes make a record or none, and change no byte of the answer: %s', async (name, adapter) => {
  // An answer of Hono whose body is looked at has its headers spelt in another way.
  const kit = harness(name === 'fetch' ? { body: { request: ['title', 'customer'] } } : {});
  const [logged, bare] = await Promise.all([kit.log, undefined].map((log) => adapter.serve({ app: application(), deedlog: kit.deedlog, log })));
  onTestFinished(async () => void (await Promise.all([logged?.[Symbol.asyncDispose](), bare?.[Symbol.asyncDispose]()])));
  await fc.assert(
    fc.asyncProperty(message, async (sent) => {
      const bytes = bytesOf(sent);
      const [one, other] = await Promise.all([sendBytes(logged!.port, bytes), sendBytes(bare!.port, bytes)]);
      expect(withoutDate(one)).toBe(withoutDate(other));
    }),
    { numRuns: 150 },
  );
  expect(kit.records.length).toBeGreaterThan(20);
  for (const record of kit.records) expectWellFormed(record);
  expect(kit.problems).toEqual([]);
});

test.each(adapters.map((adapter) => [adapter.name, adapter] as const))('a body in any chunks is read as one: %s', async (_name, adapter) => {
  const kit = harness();
  await using server = await adapter.serve({ app: application(), deedlog: kit.deedlog, log: kit.log });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), async (title, cuts) => {
      const whole = Buffer.from(JSON.stringify({ title, note: 1 }));
      const at = [...new Set(cuts.filter((cut) => cut > 0 && cut < whole.length))].toSorted((a, b) => a - b);
      const before = kit.records.length;
      const request = sendRequest(`${server.url}/orders`, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
      [0, ...at].forEach((from, index) => request.write(whole.subarray(from, at[index])));
      request.end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      await response.toArray();
      const records = await kit.recorded(before + 1);
      expect(JSON.parse(JSON.stringify(records[before]!.request.body))).toEqual({ title: cleaned(title) });
    }),
    { numRuns: 60 },
  );
});

/** Core makes control characters visible and takes secrets out of a text; what it makes of these is tested there. */
function cleaned(title: string): unknown {
  return /[^\t\n\r -~\u00a0-\uffff]|[\ud800-\udfff]|[=:]/.test(title) ? (expect.any(String) as unknown) : title;
}

test.each(adapters.map((adapter) => [adapter.name, adapter] as const))('secrets that are planted everywhere are in no record: %s', async (_name, adapter) => {
  using canary = secretCanary();
  const kit = harness({
    headers: ['authorization', 'cookie', 'set-cookie', 'proxy-authorization', 'x-api-key', 'x-csrf-token', 'referer', 'location', 'user-agent'],
    query: ['token', 'page', 'apiKey', 'session_key'],
    body: { request: ['title', 'password', 'customer', 'apiKey', 'token'], response: ['id', 'title', 'token'], maxBytes: 100_000 },
  });
  await using server = await adapter.serve({ app: application(), deedlog: kit.deedlog, log: kit.log });
  const s = (name: string): string => canary.secret(name);
  const headers = {
    authorization: `Bearer ${s('bearer')}`,
    'proxy-authorization': `Basic ${s('basic')}`,
    cookie: `sid=${s('cookie')}`,
    'x-api-key': s('api-key'),
    'x-csrf-token': s('csrf'),
    'x-other': s('other-header'),
    referer: `https://user:${s('userinfo')}@host/reset?invite=${s('referer')}#${s('fragment')}`,
    'user-agent': `test/1 token=${s('agent')}`,
  };
  const query = `token=${s('query')}&apiKey=${s('query-key')}&session_key=${s('session-key')}&other=${s('other-query')}&page=https://h/?token=${s('nested-url')}`;
  const body = JSON.stringify({
    title: `my password: ${s('in-text')}`,
    password: s('password'),
    apiKey: s('body-key'),
    token: { deep: s('deep') },
    note: s('note'),
    customer: { pin: s('pin'), cards: [{ number: s('card') }], headers: [['authorization', s('pair')]], field: { name: 'secret', value: s('named') } },
  });
  const post = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } };
  await (await fetch(`${server.url}/orders?${query}`, { ...post, body })).text();
  await (await fetch(`${server.url}/orders?${query}`, { ...post, body: body.slice(1, -1) })).text();
  await (await fetch(`${server.url}/orders?${query}`, { ...post, body: `${s('json-start')}` })).text();
  await (await fetch(`${server.url}/orders?${query}`, { ...post, headers: { ...post.headers, 'content-encoding': 'gzip' }, body })).text();
  await (await fetch(`${server.url}/form?${query}`, { ...post, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: `title=token=${s('form')}&password=${s('form-password')}` })).text();
  await (await fetch(`${server.url}/fails?${query}`, { headers })).text();
  await (await fetch(`${server.url}/none?${query}`, { headers })).text();
  const records = await kit.recorded(7);
  canary.assertClean(records, JSON.stringify(records), kit.problems);
  expect(records[0]!.request.headers).toMatchObject({ authorization: '***REDACTED***', 'x-api-key': '***REDACTED***' });
});
