import { isIP, isIPv4, SocketAddress } from 'node:net';

/** Longest text that can hold an address: IPv6 in brackets with a zone and a port. */
const MAX_ADDRESS_LENGTH = 100;

const MAPPED_PREFIX = '::ffff:';

/** The last text and its address: most servers are asked by one proxy, or by many clients one after the other on one connection. */
let last: readonly [text: string, address: string | undefined] = ['', undefined];

/**
 * An IPv4 or IPv6 address in one spelling (RFC 5952; IPv4-mapped as IPv4), without brackets, port and zone; undefined for
 * whatever else stands there.
 */
export function normalizeIp(text: string): string | undefined {
  if (text !== last[0]) last = [text, oneSpelling(text)];
  return last[1];
}

function oneSpelling(text: string): string | undefined {
  // What servers see of most clients, the latter where they listen for both families.
  const known = text.startsWith(MAPPED_PREFIX) ? text.slice(MAPPED_PREFIX.length) : text;
  if (isIPv4(known)) return known;
  if (text.length > MAX_ADDRESS_LENGTH) return undefined;
  const bare = withoutPort(text.trim());
  switch (isIP(bare)) {
    case 4:
      return bare;
    case 6:
      return shortestIpv6(bare.replace(/%.*$/s, ''));
    default:
      return undefined;
  }
}

function withoutPort(text: string): string {
  if (text.startsWith('[')) return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? '';
  return /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
}

function shortestIpv6(address: string): string {
  const shortest = new SocketAddress({ address, family: 'ipv6' }).address;
  const mapped = shortest.slice(MAPPED_PREFIX.length);
  return shortest.startsWith(MAPPED_PREFIX) && isIPv4(mapped) ? mapped : shortest;
}
