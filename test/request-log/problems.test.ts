import { DeedlogError } from '@deedlog/core';
import type { RequestRecord } from '@deedlog/core';
import { HARMLESS_HEADERS, requestContext, requestLog } from '@deedlog/http';
import type { RequestLogOptions } from '@deedlog/http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { serve } from '../http/support.ts';
import { harness } from './support/harness.ts';

describe('wrong options are told at set-up', () => {
  test.each<[string, object, RegExp]>([
    ['no sink', { sink: undefined }, /HTTP_REQUEST_LOG_INVALID.*sink/],
    ['no deedlog', { deedlog: undefined }, /HTTP_REQUEST_LOG_INVALID.*deedlog/],
    ['no name', { serviceName: '' }, /HTTP_REQUEST_LOG_INVALID.*serviceName/],
    ['a size that is none', { body: { maxBytes: -1 } }, /HTTP_REQUEST_LOG_INVALID.*maxBytes/],
    ['a header that cannot be', { headers: ['a b'] }, /HTTP_HEADER_NAME_INVALID.*a b/],
    ['a pseudo-header, which would tell the query', { headers: { request: [':path'] } }, /HTTP_HEADER_NAME_INVALID/],
    ['a list in place of rules', { paths: ['/api/**'] }, /HTTP_PATTERN_INVALID.*include/],
    ['a pattern that cannot be', { paths: { exclude: ['('] } }, /HTTP_PATTERN_INVALID/],
  ])('%s', (_name, wrong, said) => {
    const { deedlog } = harness();
    const options = { sink: { writeRequests: () => undefined }, deedlog, serviceName: 'orders', ...wrong } as unknown as RequestLogOptions;
    expect(() => requestLog(options)).toThrow(DeedlogError);
    expect(() => requestLog(options)).toThrow(said);
  });
});

test('a problem is told once for as long as it lasts, and again when it comes back', async () => {
  let failing = true;
  const records: RequestRecord[] = [];
  const kit = harness({
    sink: {
      name: 'moody',
      writeRequests: (more) => {
        if (failing) throw new Error('full');
        records.push(...more);
      },
    },
  });
  await using server = await serve(kit.log.node((_request: IncomingMessage, response: ServerResponse) => response.end()));
  const send = async (): Promise<void> => void (await fetch(server.url));
  for (let round = 0; round < 3; round++) await send();
  await expect.poll(() => kit.problems.length).toBe(1);
  failing = false;
  await send();
  await expect.poll(() => records.length).toBe(1);
  failing = true;
  for (let round = 0; round < 3; round++) await send();
  await expect.poll(() => kit.problems.length).toBe(2);
  expect(kit.problems[0]?.message).toContain('moody');
  expect(kit.problems[0]?.cause).toEqual(new Error('full'));
});

test('a reporter that fails is not the application’s problem', async () => {
  const kit = harness({
    sink: { writeRequests: () => Promise.reject(new Error('full')) },
    onProblem: () => {
      throw new Error('cannot report');
    },
  });
  await using server = await serve(kit.log.node((_request: IncomingMessage, response: ServerResponse) => response.end('fine')));
  expect(await (await fetch(server.url)).text()).toBe('fine');
  expect(await (await fetch(server.url)).text()).toBe('fine');
});

/** What `JSON.parse` says of a text. */
function syntaxError(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

describe('what is told of an error', () => {
  test.each<[string, unknown, string]>([
    ['name, code and causes', new TypeError('fetch failed', { cause: Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }) }), 'TypeError: fetch failed; caused by Error [ECONNREFUSED]: connect ECONNREFUSED 127.0.0.1:1'],
    ['no query, fragment or user of a URL', new Error('GET https://ada:s3cr3t@host/a?invite=s3cr3t#s3cr3t failed'), 'Error: GET https://***REDACTED***@host/a failed'],
    ['no parameter of a path', new Error('cannot GET /reset?invite=s3cr3t&x=s3cr3t'), 'Error: cannot GET /reset?invite=***REDACTED***&x=***REDACTED***'],
    ['nothing of a body that could not be parsed', syntaxError('{"title": s3cr3t}'), 'SyntaxError: Unexpected token […] is not valid JSON'],
    ['nothing of the beginning of one', syntaxError('s3cr3t'), 'SyntaxError: Unexpected token […] is not valid JSON'],
    ['one line', new Error('one\ntwo\u2028three'), 'Error: one\ufffdtwo\ufffdthree'],
    ['what is no error', 's3cr3t token=s3cr3t'.slice(7), 'token=***REDACTED***'],
    ['what cannot be looked at', new Proxy({}, { get: () => expect.unreachable() }), 'Error'],
    ['an endless chain, bounded', Object.assign(new Error('x'.repeat(5000)), { cause: undefined }), `Error: ${'x'.repeat(1024)}`],
  ])('%s', async (_name, error, told) => {
    const kit = harness();
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      kit.log.failed(request, error);
      response.writeHead(500).end();
    };
    await using server = await serve(kit.log.node(answer));
    await fetch(server.url);
    const record = await kit.only();
    if (told.length < 1000) expect(record.error).toBe(told);
    else expect(record.error).toMatch(/^Error: x{1000,1024}…?\[?/);
    expect(record.error!.length).toBeLessThan(1100);
    expect(record.error).not.toContain('s3cr3t');
  });

  test('nothing of the path that its rule leaves out, nor of a query without names; headers do not tell it either', async () => {
    const kit = harness({ context: requestContext({ path: (path) => path.replace(/^\/reset\/[^/]+/, '/reset/:token') }), headers: ['referer', 'location'] });
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      kit.log.failed(request, new Error(`no route for ${request.url}`));
      response.writeHead(302, { location: `${request.url?.split('?')[0]}/done` }).end();
    };
    await using server = await serve(kit.log.node(answer));
    await fetch(`${server.url}/reset/s3cr3t-1/form?s3cr3t-2`, { redirect: 'manual', headers: { referer: `${server.url}/reset/s3cr3t-1/` } });
    const record = await kit.only();
    expect(JSON.stringify(record)).not.toContain('s3cr3t');
    expect(record).toMatchObject({ request: { path: '/reset/:token/form' }, error: expect.stringContaining('no route for') as string });
  });

  test('an error that is its own cause', async () => {
    const kit = harness();
    const error = new Error('round');
    error.cause = error;
    await expect(kit.log.fetch(() => Promise.reject(error))(new Request('http://host/'))).rejects.toBe(error);
    expect((await kit.only()).error).toBe('Error: round; caused by Error: round; caused by Error: round; caused by Error: round');
  });
});

test('header values are bounded, joined, on one line and cleaned, and those of every request', async () => {
  const kit = harness({ headers: [...HARMLESS_HEADERS, 'x-many', 'x-long'] });
  await using server = await serve(kit.log.node((_request: IncomingMessage, response: ServerResponse) => response.setHeader('X-Many', ['a', 'b']).end()));
  for (const agent of ['one', 'two', 'one', 'token=s3cr3t']) {
    await fetch(server.url, { headers: [['x-many', '1'], ['x-many', '2'], ['x-long', 'x'.repeat(3000)], ['user-agent', agent]] });
  }
  const records = await kit.recorded(4);
  expect(records.map(({ request }) => request.headers['user-agent'])).toEqual(['one', 'two', 'one', 'token=***REDACTED***']);
  expect(records[0]!.request.headers).toMatchObject({ 'x-many': '1, 2', 'x-long': expect.stringMatching(/^x{1024}….*1976/) as string });
  expect(records[0]!.response!.headers).toMatchObject({ 'x-many': 'a, b' });
});
