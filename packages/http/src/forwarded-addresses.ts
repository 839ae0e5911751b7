import parseForwarded from 'forwarded-parse';
import { normalizeIp } from './ip.ts';

/** Characters of the header that are read, from its end, where the nearest proxy writes. */
const MAX_HEADER_LENGTH = 4096;

/** Addresses that are read, from the end. */
const MAX_ADDRESSES = 64;

/** Stands for what is not an address; it is never stored, and no range contains it. */
export const UNKNOWN_ADDRESS = 'unknown';

/** The addresses that proxies wrote, nearest to this server last, as `X-Forwarded-For` has them. */
export function forwardedAddresses(values: readonly string[], isRfc7239: boolean): string[] {
  const elements = lastElements(values.join(','));
  return isRfc7239 ? rfc7239Addresses(elements) : elements.map((element) => normalizeIp(element) ?? UNKNOWN_ADDRESS);
}

/** A client can make a header long; what a trusted proxy appended stands at its end. */
function lastElements(header: string): string[] {
  const end = header.slice(-MAX_HEADER_LENGTH);
  const elements = end.split(',');
  // The first element may have lost its beginning: `11.2.3.4` must not become `1.2.3.4`.
  if (end.length < header.length) elements[0] = UNKNOWN_ADDRESS;
  return elements
    .map((element) => element.trim())
    .filter((element) => element !== '')
    .slice(-MAX_ADDRESSES);
}

/**
 * RFC 7239, element by element from the end: what a client wrote at the beginning (an open quote, rubbish) must not make the
 * elements of the proxies behind it unreadable. An element that does not parse ends the chain.
 */
function rfc7239Addresses(elements: readonly string[]): string[] {
  const addresses: string[] = [];
  for (const element of elements.toReversed()) {
    const node = parseElement(element);
    addresses.unshift(node ?? UNKNOWN_ADDRESS);
    if (node === undefined) break;
  }
  return addresses;
}

function parseElement(element: string): string | undefined {
  try {
    const node = parseForwarded(element)[0]?.['for'];
    return node === undefined ? undefined : normalizeIp(node);
  } catch {
    return undefined;
  }
}
