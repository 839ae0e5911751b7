import { ObjectSlot } from './object-slot.ts';
import type { NodeRequestLike } from './request-like.ts';

const nodeRequests = new ObjectSlot<NodeRequestLike>('deedlog.request');

/** The Node request that a fetch request was found to stand for. */
export function nodeRequestOf(request: object): NodeRequestLike | undefined {
  return nodeRequests.get(request);
}

export function standsFor(request: object, node: NodeRequestLike): void {
  nodeRequests.set(request, node);
}
