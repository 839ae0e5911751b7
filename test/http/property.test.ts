import { requestContext } from '@deedlog/http';
import type { RequestContextOptions, TrustProxy } from '@deedlog/http';
import fc from 'fast-check';
import { isIP } from 'node:net';
import { describe, expect, test } from 'vitest';
import { nodeRequest } from './support.ts';

const hostile = fc.constantFrom('\0', '\r\n', '\ud800', '\udfff', ',', ';', '=', '"', '\\', '?', '#', '%', '[', ']', ':', '::', '/', '..', ' ', '\u2028', 'é', '😀', 'for=', 'http://');
const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4().map((ip) => `::ffff:${ip}`), fc.ipV4().map((ip) => `${ip}:80`), fc.ipV6().map((ip) => `[${ip}]:80`));
const piece = fc.oneof(hostile, address, fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('unknown', '10.0.0.1', 'for=10.0.0.2', 'a'.repeat(10_000)));
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const value = fc.oneof(text, fc.array(text, { maxLength: 3 }));

const names = ['x-forwarded-for', 'forwarded', 'x-request-id', 'traceparent', 'user-agent', 'cookie', 'authorization'] as const;
const request = fc.record({
  headers: fc.dictionary(fc.constantFrom(...names), value),
  url: fc.oneof(text, text.map((rest) => `/${rest}`), fc.webUrl({ withQueryParameters: true, withFragments: true })),
  method: fc.oneof(text, fc.constantFrom('GET', 'post')),
  peer: fc.oneof(fc.constant('10.0.0.1'), address, text),
  destroyed: fc.boolean(),
});
const options: fc.Arbitrary<RequestContextOptions> = fc.record<Required<Pick<RequestContextOptions, 'trustProxy' | 'addressHeader' | 'requestIdFrom'>>, 'trustProxy'>(
  {
    trustProxy: fc.constantFrom<TrustProxy>('10.0.0.0/8', 1, 2, 'loopback', ['uniquelocal', '::/1']),
    addressHeader: fc.constantFrom('x-forwarded-for', 'forwarded'),
    requestIdFrom: fc.constantFrom('client', 'proxy', 'nobody'),
  },
  { requiredKeys: ['trustProxy'] },
);

describe('whatever a client sends', () => {
  test('the context is bounded, on one line and well-formed; the address is one, or absent; the path has no query string', () => {
    fc.assert(
      fc.property(options, request, (given, sent) => {
        const context = requestContext(given)(nodeRequest(sent));
        for (const part of Object.values(context)) {
          expect(typeof part).toBe('string');
          expect(part.length).toBeLessThanOrEqual(512);
          expect(part.isWellFormed()).toBe(true);
          expect(part).not.toMatch(/\p{Cc}|\u2028|\u2029/u);
        }
        if (context.ip !== undefined) {
          expect(isIP(context.ip)).not.toBe(0);
          expect(context.ip).not.toMatch(/^::ffff:\d+\.|%/i);
        }
        if (context.path !== undefined) {
          expect(context.path).not.toMatch(/[?#]/);
          expect(context.path).toMatch(/^(\/|\*$)/);
        }
        if (context.traceId !== undefined) expect(context.traceId).toMatch(/^[\da-f]{32}$/);
        if (context.method !== undefined) expect(context.method).toBe(context.method.toUpperCase());
        expect(context.requestId).toMatch(/^[\w.:+/=@-]{1,128}$/);
      }),
      { numRuns: 2000 },
    );
  });

  test('it cannot change its address: what stands before the proxy’s element counts for nothing', () => {
    fc.assert(
      fc.property(value, fc.ipV4().filter((ip) => !ip.startsWith('10.')), fc.boolean(), (written, client, isRfc7239) => {
        const header = isRfc7239 ? 'forwarded' : 'x-forwarded-for';
        const appended = isRfc7239 ? `for=${client};proto=https` : client;
        const headers = { [header]: [...(Array.isArray(written) ? written : [written]), appended] };
        const fromRequest = requestContext({ trustProxy: '10.0.0.0/8', addressHeader: header });
        expect(fromRequest(nodeRequest({ headers, peer: '10.0.0.1' })).ip).toBe(client);
      }),
      { numRuns: 2000 },
    );
  });

  test('a peer that nobody trusts is the address, whatever the headers say', () => {
    fc.assert(
      fc.property(request, fc.ipV4().filter((ip) => !ip.startsWith('10.')), (sent, peer) => {
        expect(requestContext({ trustProxy: '10.0.0.0/8' })(nodeRequest({ ...sent, peer })).ip).toBe(peer);
      }),
    );
  });
});
