import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import { httpError } from './errors.ts';
import { forwardedAddresses, UNKNOWN_ADDRESS } from './forwarded-addresses.ts';
import { normalizeIp } from './ip.ts';
import type { NodeRequestLike, Peer, ReadHeader, RequestLike, SocketLike } from './request-like.ts';
import { compileTrustRule } from './trust-rule.ts';
import type { TrustProxy, TrustRule } from './trust-rule.ts';

export interface ClientAddressOptions {
  readonly trustProxy: TrustProxy;
  readonly addressHeader: string;
  readonly assumeProxy: boolean;
}

export interface ClientAddress {
  readonly ip: string | undefined;
  /** Whether the one that connected is a proxy that the rule trusts. */
  readonly peerTrusted: boolean;
}

export type FindClientAddress = (request: RequestLike, read: ReadHeader, peer: Peer) => ClientAddress;

/** Builds the search for the client's address. Throws `HTTP_TRUST_INVALID`. */
export function clientAddressFinder({ trustProxy, addressHeader, assumeProxy }: ClientAddressOptions): FindClientAddress {
  const trust = compileTrustRule(trustProxy);
  if (assumeProxy && trustsNobody(trustProxy)) throw httpError('HTTP_TRUST_INVALID', 'assumeProxy without trustProxy');
  return (request, read, peer) => {
    const known = peerAddress(request, peer);
    const address = known.address === undefined ? undefined : normalizeIp(known.address);
    const peerTrusted = address === undefined ? assumeProxy && known.mayBeProxy : trust(address, 0);
    if (!peerTrusted) return { ip: address, peerTrusted };
    const forwarded = forwardedAddresses(read(addressHeader), addressHeader === 'forwarded');
    return { ip: furthestTrusted({ peer: address, forwarded, trust }), peerTrusted };
  };
}

function trustsNobody(trustProxy: TrustProxy): boolean {
  return trustProxy === false || trustProxy === 0 || (Array.isArray(trustProxy) && trustProxy.length === 0);
}

/** proxy-addr walks from the peer outwards and stops at the first address that is not trusted. */
function furthestTrusted({ peer, forwarded, trust }: { peer: string | undefined; forwarded: readonly string[]; trust: TrustRule }): string | undefined {
  const request = {
    headers: { 'x-forwarded-for': forwarded.join(',') },
    socket: { remoteAddress: peer ?? UNKNOWN_ADDRESS },
  };
  // proxy-addr reads these two properties only. That the peer is trusted has been decided.
  const found = proxyAddr(request as unknown as IncomingMessage, (address, hop) => hop === 0 || trust(address, hop));
  return normalizeIp(found);
}

interface PeerAddress {
  readonly address: string | undefined;
  /** False for a connection that is gone: its address is lost, which makes nobody a proxy. */
  readonly mayBeProxy: boolean;
}

function peerAddress(request: RequestLike, given: Peer): PeerAddress {
  if (typeof given === 'string') return { address: given, mayBeProxy: false };
  const socket: SocketLike | null | undefined = given ?? (request as NodeRequestLike).socket;
  const address: unknown = socket?.remoteAddress;
  return { address: typeof address === 'string' ? address : undefined, mayBeProxy: socket?.destroyed !== true };
}
