import { ObjectSlot } from '../object-slot.ts';
import type { Messages } from './node-like.ts';
import { quietly } from './replace-method.ts';

/** The part of a socket, and of a response, that tells of its events. */
interface Listened {
  once?(event: string, listener: () => void): unknown;
}

/** Who waits on a socket. One listener for them all: there is no bound to how many requests a client sends ahead. */
const waiting = new ObjectSlot<Set<() => void>>('deedlog.waiting');

/**
 * A pipelined request (RFC 9112 §9.3.2) is answered when those before it are. Until then its response has no socket, and Node tells it
 * nothing when the connection closes. `gone` is called if that happens first.
 */
export function untilItsTurn({ request, response }: Messages, gone: () => void): void {
  const socket = request.socket as (object & Listened) | null | undefined;
  if (response.socket !== null || typeof socket?.once !== 'function') return;
  const others = waiting.get(socket);
  const all = others ?? new Set();
  if (others === undefined) {
    waiting.set(socket, all);
    socket.once('close', () => all.forEach((one) => quietly(one)));
  }
  all.add(gone);
  (response as Listened).once?.('socket', () => all.delete(gone));
}
