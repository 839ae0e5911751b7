import { requestContext } from '@deedlog/http';
import type { RequestContextOptions } from '@deedlog/http';
import { describe, expect, test } from 'vitest';
import { nodeRequest } from './support.ts';

type Options = Pick<RequestContextOptions, 'trustProxy' | 'addressHeader' | 'assumeProxy'>;

interface Case {
  readonly name: string;
  readonly options?: Options;
  readonly peer?: string;
  readonly forwarded?: string | string[];
  readonly ip: string | undefined;
}

function ipOf({ options = {}, peer, forwarded }: Omit<Case, 'name' | 'ip'>): string | undefined {
  const header = options.addressHeader?.toLowerCase() ?? 'x-forwarded-for';
  const headers = forwarded === undefined ? {} : { [header]: forwarded };
  return requestContext(options)(nodeRequest({ headers, ...(peer === undefined ? {} : { peer }) })).ip;
}

const proxy = '10.0.0.1';
const internal = { trustProxy: '10.0.0.0/8' } as const;
const rfc7239 = { trustProxy: '10.0.0.0/8', addressHeader: 'Forwarded' } as const;

describe('the trust rule', () => {
  test.each<Case>([
    { name: 'trusts nobody by default', peer: '127.0.0.1', forwarded: '203.0.113.9', ip: '127.0.0.1' },
    { name: 'false trusts nobody', options: { trustProxy: false }, peer: proxy, forwarded: '203.0.113.9', ip: proxy },
    { name: '0 hops trust nobody', options: { trustProxy: 0 }, peer: proxy, forwarded: '203.0.113.9', ip: proxy },
    { name: 'an empty list trusts nobody', options: { trustProxy: [] }, peer: proxy, forwarded: '203.0.113.9', ip: proxy },
    { name: 'loopback trusts 127.0.0.1', options: { trustProxy: 'loopback' }, peer: '127.0.0.1', forwarded: '203.0.113.9', ip: '203.0.113.9' },
    { name: 'loopback trusts ::1', options: { trustProxy: 'loopback' }, peer: '::1', forwarded: '203.0.113.9', ip: '203.0.113.9' },
    { name: 'loopback does not trust a private address', options: { trustProxy: 'loopback' }, peer: proxy, forwarded: '203.0.113.9', ip: proxy },
    { name: 'a range trusts its proxy', options: internal, peer: proxy, forwarded: '203.0.113.9', ip: '203.0.113.9' },
    { name: 'a range trusts its proxy in mapped spelling', options: internal, peer: '::ffff:10.0.0.1', forwarded: '203.0.113.9', ip: '203.0.113.9' },
    { name: 'a range does not trust others', options: internal, peer: '11.0.0.1', forwarded: '203.0.113.9', ip: '11.0.0.1' },
    { name: 'presets and ranges in one text', options: { trustProxy: 'loopback, 192.0.2.0/24' }, peer: '192.0.2.7', forwarded: '203.0.113.9', ip: '203.0.113.9' },
    { name: 'presets and ranges in a list', options: { trustProxy: ['linklocal', '2001:db8::/32'] }, peer: '2001:db8::1', forwarded: '203.0.113.9', ip: '203.0.113.9' },
    { name: 'what the client wrote before the proxy does not count', options: internal, peer: proxy, forwarded: '1.1.1.1, 203.0.113.9', ip: '203.0.113.9' },
    { name: 'a chain of trusted proxies is walked', options: internal, peer: proxy, forwarded: '1.1.1.1, 203.0.113.9, 10.0.0.3, 10.0.0.2', ip: '203.0.113.9' },
    { name: 'without the header it is the proxy itself', options: internal, peer: proxy, ip: proxy },
    { name: 'one hop is the peer', options: { trustProxy: 1 }, peer: proxy, forwarded: '1.1.1.1, 203.0.113.9', ip: '203.0.113.9' },
    { name: 'two hops', options: { trustProxy: 2 }, peer: proxy, forwarded: '1.1.1.1, 203.0.113.9, 198.51.100.4', ip: '203.0.113.9' },
    { name: 'a header sent twice is one list', options: internal, peer: proxy, forwarded: ['1.1.1.1', '203.0.113.9'], ip: '203.0.113.9' },
    { name: 'a header of a platform', options: { ...internal, addressHeader: 'CF-Connecting-IP' }, peer: proxy, forwarded: '203.0.113.9', ip: '203.0.113.9' },
  ])('$name', ({ ip, ...given }) => {
    expect(ipOf(given)).toBe(ip);
  });

  test('only the one header is read', () => {
    const headers = { 'x-forwarded-for': '1.1.1.1', 'x-real-ip': '1.1.1.1', forwarded: 'for=203.0.113.9', 'client-ip': '1.1.1.1' };
    expect(requestContext(rfc7239)(nodeRequest({ headers, peer: proxy })).ip).toBe('203.0.113.9');
  });

  test.each([
    true, -1, 1.5, Number.NaN, 33, '', 'everyone', '10.0.0.0/33', '0.0.0.0/0', 'loopback,', ['10.0.0.0/8', 5], null, {},
  ])('%j is refused at start-up', (trustProxy) => {
    expect(() => requestContext({ trustProxy: trustProxy as never })).toThrow(expect.objectContaining({ code: 'HTTP_TRUST_INVALID' }));
  });
});

describe('an unknown peer', () => {
  test.each<Case>([
    { name: 'makes the header worthless', options: internal, forwarded: '203.0.113.9', ip: undefined },
    { name: 'makes the header worthless for hops, too', options: { trustProxy: 1 }, forwarded: '203.0.113.9', ip: undefined },
    { name: 'is a proxy where the rule says so', options: { ...internal, assumeProxy: true }, forwarded: '1.1.1.1, 203.0.113.9', ip: '203.0.113.9' },
    { name: 'counts as the first hop', options: { trustProxy: 1, assumeProxy: true }, forwarded: '1.1.1.1, 203.0.113.9', ip: '203.0.113.9' },
    { name: 'that says nothing leaves the address unknown', options: { trustProxy: 1, assumeProxy: true }, ip: undefined },
    { name: 'is not assumed where the peer is known', options: { ...internal, assumeProxy: true }, peer: '11.0.0.1', forwarded: '203.0.113.9', ip: '11.0.0.1' },
  ])('$name', ({ ip, ...given }) => {
    expect(ipOf(given)).toBe(ip);
  });

  test('of a connection that is gone is no proxy: a client that hangs up early must not be believed', () => {
    const fromRequest = requestContext({ trustProxy: 1, assumeProxy: true });
    expect(fromRequest(nodeRequest({ headers: { 'x-forwarded-for': '203.0.113.9' }, destroyed: true })).ip).toBeUndefined();
  });

  test('cannot be assumed to be a proxy where no proxy is trusted', () => {
    expect(() => requestContext({ assumeProxy: true })).toThrow(expect.objectContaining({ code: 'HTTP_TRUST_INVALID' }));
  });
});

describe('an address', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['0:0:0:0:0:ffff:203.0.113.9', '203.0.113.9'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['  203.0.113.9  ', '203.0.113.9'],
  ])('%s is stored as %s', (forwarded, ip) => {
    expect(ipOf({ options: internal, peer: proxy, forwarded })).toBe(ip);
    expect(ipOf({ peer: forwarded })).toBe(ip);
  });

  test.each([
    'unknown', '_hidden', '203.0.113', '203.0.113.256', '0x7f.1', '2130706433', '010.0.0.1', 'localhost', '[::1', '::1]', '1.2.3.4:', '1.2.3.4:123456',
    "1.2.3.4' or 1=1 --", '<script>', '\0', '1.2.3.4\n5.6.7.8', '%', ':', '::1::', '[1.2.3.4', '\ud800',
  ])('%j is none and is not stored', (forwarded) => {
    expect(ipOf({ options: internal, peer: proxy, forwarded })).toBeUndefined();
    expect(ipOf({ peer: forwarded })).toBeUndefined();
  });

  test('is none in a megabyte of digits', () => {
    expect(ipOf({ options: internal, peer: proxy, forwarded: '1'.repeat(1_000_000) })).toBeUndefined();
    expect(ipOf({ peer: '1'.repeat(1_000_000) })).toBeUndefined();
  });

  test('is cut off at no digit however long the header', () => {
    const padding = '9.9.9.9,'.repeat(600);
    for (let length = 4080; length < 4110; length++) {
      const forwarded = `${padding.slice(0, 8000)}111.111.111.111,${','.repeat(length)}10.0.0.2`;
      expect(['111.111.111.111', undefined]).toContain(ipOf({ options: internal, peer: proxy, forwarded }));
    }
  });

  test('is found at the end of a megabyte', () => {
    expect(ipOf({ options: internal, peer: proxy, forwarded: `${'9.9.9.9,'.repeat(131_072)}203.0.113.9` })).toBe('203.0.113.9');
    expect(ipOf({ options: internal, peer: proxy, forwarded: `${'x'.repeat(1_048_576)},203.0.113.9` })).toBe('203.0.113.9');
  });
});

describe('the Forwarded header of RFC 7239', () => {
  test.each<Case>([
    { name: 'plain', forwarded: 'for=203.0.113.9', ip: '203.0.113.9' },
    { name: 'with further parameters, any case', forwarded: 'Proto=https;FOR=203.0.113.9;by=10.0.0.1', ip: '203.0.113.9' },
    { name: 'IPv6, quoted, with a port', forwarded: 'for="[2001:db8::1]:4711"', ip: '2001:db8::1' },
    { name: 'IPv4, quoted, with a port', forwarded: 'for="203.0.113.9:4711"', ip: '203.0.113.9' },
    { name: 'a chain', forwarded: 'for=1.1.1.1, for=203.0.113.9;proto=https, for=10.0.0.2', ip: '203.0.113.9' },
    { name: 'sent twice', forwarded: ['for=1.1.1.1', 'for=203.0.113.9'], ip: '203.0.113.9' },
    { name: 'obfuscated', forwarded: 'for=_gazonk', ip: undefined },
    { name: 'unknown', forwarded: 'for=unknown', ip: undefined },
    { name: 'without for', forwarded: 'proto=https', ip: undefined },
    { name: 'malformed', forwarded: 'for=', ip: undefined },
    { name: 'rubbish of the client before the proxy’s element', forwarded: '=;=, for=203.0.113.9', ip: '203.0.113.9' },
    { name: 'an open quote of the client before the proxy’s element', forwarded: 'for="1.1.1.1, for=203.0.113.9', ip: '203.0.113.9' },
    { name: 'an element inside a quoted host is not one', forwarded: 'for=203.0.113.9;host="x,for=1.1.1.1"', ip: undefined },
    { name: 'nor one that opens a quote of its own', forwarded: 'for=203.0.113.9;host="x,for=1.1.1.1;a="', ip: undefined },
    { name: 'nor one with an escaped quote', forwarded: String.raw`for=203.0.113.9;host="x,for=1.1.1.1;a=\""`, ip: undefined },
    { name: '__proto__ as a parameter', forwarded: '__proto__=x;for=203.0.113.9', ip: '203.0.113.9' },
  ])('$name', ({ ip, ...given }) => {
    expect(ipOf({ options: rfc7239, peer: proxy, ...given })).toBe(ip);
  });
});
