import proxyAddr from 'proxy-addr';
import { httpError } from './errors.ts';

/**
 * Whose word about the client's address counts.
 * - `false`: nobody's; the address is that of the connection. (default)
 * - a number: that many proxies stand in front, the one that connects to this server included.
 * - addresses, CIDR ranges and the presets `loopback`, `linklocal`, `uniquelocal`: proxies at these addresses; a list, or one
 *   text with commas.
 */
export type TrustProxy = false | number | string | readonly string[];

/** Whether the one at this address may say for whom it speaks; `hop` 0 is the peer of the connection. */
export type TrustRule = (address: string, hop: number) => boolean;

/** More proxies than any deployment has: a larger number is a mistake (a port, a timeout). */
const MAX_HOPS = 32;

/** Throws `HTTP_TRUST_INVALID` for what is no rule, `true` included: to believe everybody is to let a client write its own address. */
export function compileTrustRule(trustProxy: TrustProxy): TrustRule {
  if (trustProxy === false) return () => false;
  if (typeof trustProxy === 'number') return hopRule(trustProxy);
  const ranges: unknown = typeof trustProxy === 'string' ? trustProxy.split(',') : trustProxy;
  if (!Array.isArray(ranges) || !ranges.every((range) => typeof range === 'string')) {
    throw httpError('HTTP_TRUST_INVALID', `${typeof trustProxy} ${JSON.stringify(trustProxy)}`);
  }
  try {
    return proxyAddr.compile(ranges.map((range) => range.trim()));
  } catch (cause) {
    throw httpError('HTTP_TRUST_INVALID', (cause as Error).message, cause);
  }
}

function hopRule(hops: number): TrustRule {
  if (!Number.isInteger(hops) || hops < 0 || hops > MAX_HOPS) throw httpError('HTTP_TRUST_INVALID', `${hops} hops`);
  return (_address, hop) => hop < hops;
}
