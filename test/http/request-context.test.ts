import { inspect } from 'node:util';
import { requestContext } from '@deedlog/http';
import { describe, expect, test } from 'vitest';
import { nodeRequest } from './support.ts';

const trusted = { trustProxy: 'loopback' } as const;
const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the request id', () => {
  const send = (id: string | string[], peer: string): ReturnType<typeof nodeRequest> => nodeRequest({ headers: { 'x-request-id': id }, peer });

  test('of a client is not taken, an id is made', () => {
    const { requestId } = requestContext(trusted)(send('chosen-by-client', '203.0.113.9'));
    expect(requestId).toMatch(uuid);
  });

  test('of a trusted proxy is taken', () => {
    expect(requestContext(trusted)(send('from-proxy', '127.0.0.1')).requestId).toBe('from-proxy');
  });

  test('is taken from clients where the options say so, and from nobody where they say that', () => {
    expect(requestContext({ requestIdFrom: 'client' })(send('abc', '203.0.113.9')).requestId).toBe('abc');
    expect(requestContext({ ...trusted, requestIdFrom: 'nobody' })(send('abc', '127.0.0.1')).requestId).toMatch(uuid);
  });

  test('can have a header of its own', () => {
    const request = nodeRequest({ headers: { 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678', 'x-request-id': 'no' }, peer: '::1' });
    expect(requestContext({ ...trusted, requestIdHeader: 'X-Amzn-Trace-Id' })(request).requestId).toBe('Root=1-67891233-abcdef012345678912345678');
  });

  test.each(['', ' ', 'a b', 'a\r\nb', 'a\0b', '<b>', "'", '"', '\ud800', 'ä', 'a'.repeat(129), 'a, b', '${jndi:x}'])('%j is not taken', (id) => {
    expect(requestContext(trusted)(send(id, '127.0.0.1')).requestId).toMatch(uuid);
  });

  test('of a megabyte is not taken', () => {
    expect(requestContext(trusted)(send('x'.repeat(1_000_000), '127.0.0.1')).requestId).toMatch(uuid);
  });

  test('sent twice is not taken', () => {
    expect(requestContext(trusted)(send(['a', 'b'], '127.0.0.1')).requestId).toMatch(uuid);
  });

  test('is the application’s own where it has one', () => {
    const fromRequest = requestContext<ReturnType<typeof nodeRequest> & { id?: string }>({ generateRequestId: ({ id }) => id });
    expect(fromRequest({ ...nodeRequest({}), id: 'req-7' }).requestId).toBe('req-7');
    expect(fromRequest({ ...nodeRequest({}), id: 'not fit' }).requestId).toMatch(uuid);
    expect(fromRequest(nodeRequest({})).requestId).toMatch(uuid);
  });

  test('is one per request object, and another for the next', () => {
    const fromRequest = requestContext();
    const [one, two] = [nodeRequest({}), nodeRequest({})];
    expect(fromRequest(one)).toBe(fromRequest(one));
    expect(fromRequest(one).requestId).not.toBe(fromRequest(two).requestId);
  });
});

describe('a request that has been seen', () => {
  const headers = { 'user-agent': 'first' };

  test('is the same behind a proxy, and for an object that is derived from it', () => {
    const fromRequest = requestContext();
    const request = nodeRequest({ headers });
    const context = fromRequest(request);
    expect(fromRequest(new Proxy(request, {}))).toBe(context);
    expect(fromRequest(Object.create(request) as typeof request)).toBe(context);
  });

  test('is not its copy', () => {
    const fromRequest = requestContext();
    const request = nodeRequest({ headers });
    const context = fromRequest(request);
    const copy = { ...request, headers: { 'user-agent': 'second' } };
    expect(fromRequest(copy).userAgent).toBe('second');
    expect(fromRequest(copy)).toBe(fromRequest(copy));
    expect(fromRequest(request)).toBe(context);
  });

  test('is remembered where it takes no property', () => {
    const fromRequest = requestContext();
    const frozen = Object.freeze(nodeRequest({ headers }));
    const refusing = new Proxy(nodeRequest({ headers }), { set: () => true, defineProperty: () => false });
    for (const request of [frozen, refusing]) expect(fromRequest(request)).toBe(fromRequest(request));
  });

  test('shows nothing of what is known of it', () => {
    const request = nodeRequest({ headers });
    const { requestId } = requestContext()(request);
    expect(requestId).toMatch(uuid);
    expect(inspect(request, { depth: 9, showHidden: true })).not.toContain(requestId);
    expect(JSON.stringify(request)).not.toContain(requestId);
  });
});

describe('the trace id', () => {
  const traceIdOf = (header: string | string[], options = {}): string | undefined => requestContext(options)(nodeRequest({ headers: { traceparent: header } })).traceId;

  test.each([
    ['version 00', traceparent],
    ['not sampled', traceparent.replace(/01$/, '00')],
    ['spaces around', ` ${traceparent} `],
    ['a later version', traceparent.replace(/^00/, 'cc')],
    ['a later version with more', `${traceparent.replace(/^00/, 'cc')}-what-the-future-brings`],
  ])('is taken: %s', (_name, header) => {
    expect(traceIdOf(header)).toBe('0af7651916cd43dd8448eb211c80319c');
  });

  test.each([
    ['version ff', traceparent.replace(/^00/, 'ff')],
    ['version 00 with more', `${traceparent}-more`],
    ['version 00 with a dash at its end', `${traceparent}-`],
    ['a later version with more and no dash', `${traceparent.replace(/^00/, 'cc')}.more`],
    ['trace id of zeros', traceparent.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32))],
    ['parent id of zeros', traceparent.replace('b7ad6b7169203331', '0'.repeat(16))],
    ['upper case', traceparent.toUpperCase()],
    ['too short', traceparent.replace('0af7', '0af')],
    ['no flags', traceparent.slice(0, -3)],
    ['nothing', ''],
    ['two, joined', `${traceparent}, ${traceparent}`],
    ['a megabyte', `${traceparent.replace(/^00/, '00')}${'a'.repeat(1_000_000)}`],
  ])('is not taken: %s', (_name, header) => {
    expect(traceIdOf(header)).toBeUndefined();
  });

  test('is not taken from two headers', () => {
    expect(traceIdOf([traceparent, traceparent])).toBeUndefined();
  });

  test('is taken from proxies only, or from nobody, where the options say so', () => {
    expect(traceIdOf(traceparent, { traceIdFrom: 'proxy' })).toBeUndefined();
    expect(traceIdOf(traceparent, { traceIdFrom: 'nobody' })).toBeUndefined();
    const fromProxy = requestContext({ ...trusted, traceIdFrom: 'proxy' });
    expect(fromProxy(nodeRequest({ headers: { traceparent }, peer: '127.0.0.1' })).traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  });
});

describe('the path', () => {
  test.each([
    ['/a/b?token=x', '/a/b'],
    ['/a#b?c', '/a'],
    ['/?', '/'],
    ['/a%3Fpage=x%20%zz', '/a%3Fpage=x%20%zz'],
    ['/a/../b/./c', '/a/../b/./c'],
    ['//evil.example/a', '//evil.example/a'],
    ['http://user:password@example.com:80/a?b', '/a'],
    ['HTTPS://example.com', '/'],
    ['https://example.com?token=x', '/'],
    ['*', '*'],
  ])('of %s is %s', (url, path) => {
    expect(requestContext()(nodeRequest({ url })).path).toBe(path);
  });

  test.each(['', '?token=x', '#a', 'example.com:443', 'a/b', '\\\\host\\a', 'javascript:alert(1)'])('of %j is not known', (url) => {
    expect(requestContext()(nodeRequest({ url })).path).toBeUndefined();
  });

  test('is bounded, on one line and well-formed', () => {
    const { path } = requestContext()(nodeRequest({ url: `/\r\n\0\u2028\ud800${'a'.repeat(1_000_000)}?b` }));
    expect(path).toMatch(/^\/\ufffd\ufffd\u2400\ufffd\ufffda+…\[\+\d+ characters\]$/);
    expect(path?.length).toBeLessThanOrEqual(512);
  });

  test('holds no half of a secret where it is cut', () => {
    const before = `/${'a'.repeat(440)}/`;
    for (let more = 0; more < 40; more++) {
      const { path } = requestContext()(nodeRequest({ url: `${before}${'b'.repeat(more)}/https://ada:s3cr3t-of-ada@host/x` }));
      expect(path).not.toContain('s3c');
    }
  });

  test('is the whole one where Express has mounted a router', () => {
    expect(requestContext()({ ...nodeRequest({ url: '/approve' }), originalUrl: '/api/invoice/approve?x' }).path).toBe('/api/invoice/approve');
  });

  test('can be rewritten, and keeps no query string then either', () => {
    const fromRequest = requestContext({ path: (path) => path.replace(/^\/reset\/.*/, '/reset/:token?secret') });
    expect(fromRequest(nodeRequest({ url: '/reset/s3cr3t?x' })).path).toBe('/reset/:token');
    expect(requestContext({ path: () => undefined })(nodeRequest({})).path).toBeUndefined();
  });
});

describe('the rest', () => {
  test.each([
    ['post', 'POST'],
    ['M-SEARCH', 'M-SEARCH'],
    ['', undefined],
    ['A B', undefined],
    ['A\r\nB', undefined],
    ['X'.repeat(33), undefined],
  ])('method %j is stored as %j', (method, stored) => {
    expect(requestContext()(nodeRequest({ method })).method).toBe(stored);
  });

  test('the user agent is bounded, on one line and well-formed', () => {
    const { userAgent } = requestContext()(nodeRequest({ headers: { 'user-agent': `Mozilla\r\n\0\u0085${'😀'.repeat(500_000)}` } }));
    expect(userAgent).toMatch(/^Mozilla\ufffd\ufffd\u2400\ufffd😀/);
    expect(userAgent?.isWellFormed()).toBe(true);
    expect(userAgent?.length).toBeLessThanOrEqual(512);
  });

  test('the session id is stored only where a callback names it', () => {
    const request = nodeRequest({ headers: { cookie: 'sid=s3cr3t', authorization: 'Bearer s3cr3t' } });
    expect(requestContext()(request).sessionId).toBeUndefined();
    expect(requestContext({ sessionId: () => 'session-1' })(request).sessionId).toBe('session-1');
    expect(requestContext({ sessionId: () => undefined })(request)).not.toHaveProperty('sessionId');
  });

  test('credentials are never read, whatever the options say', () => {
    for (const name of ['cookie', 'Authorization', 'Proxy-Authorization', 'SET-COOKIE', 'a b', '', 'a\r\nb']) {
      expect(() => requestContext({ requestIdHeader: name })).toThrow(expect.objectContaining({ code: 'HTTP_HEADER_NAME_INVALID' }));
      expect(() => requestContext({ addressHeader: name })).toThrow(expect.objectContaining({ code: 'HTTP_HEADER_NAME_INVALID' }));
    }
  });

  test('a header named after a property of every object is not one', () => {
    expect(requestContext({ ...trusted, requestIdHeader: 'constructor' })(nodeRequest({ peer: '127.0.0.1' })).requestId).toMatch(uuid);
  });

  test('what is not known is absent, and the result cannot be changed', () => {
    const context = requestContext()(nodeRequest({}));
    expect(Object.keys(context)).toEqual(['method', 'path', 'requestId']);
    expect(Object.isFrozen(context)).toBe(true);
  });

  test('a call without a request has no context', () => {
    expect(requestContext()(undefined)).toEqual({});
    expect(requestContext()(null)).toEqual({});
  });
});
