import type { Flow } from '@deedlog/core';
import { httpError } from '../errors.ts';
import type { Pattern } from '../record-parts/patterns.ts';
import { originOf } from './call-target.ts';
import type { CallLog } from './call-log.ts';
import { hostMatcher } from './services.ts';

/** Hands the correlation id to services of one's own. */
export interface PropagateOptions {
  /** Header that takes it, for example `x-request-id`. A call that has it already keeps its own. */
  readonly header: string;
  /** The only hosts that get it, as host name or host name with port. */
  readonly hosts: readonly Pattern[];
}

/** Headers of a call that is about to go out. */
interface OutgoingHeaders {
  has(name: string): boolean;
  set(name: string, value: string): void;
}

export interface Propagation {
  isNamed(origin: string): boolean;
  /** Never throws: an id that no header can hold is told as a problem of the log. */
  add(flow: Flow | undefined, headers: OutgoingHeaders): void;
}

/** A token (RFC 9110 §5.1) that neither carries credentials nor says how the message is to be read. */
const HEADER_NAME = /^(?!(?:authorization|connection|content-.+|cookie|expect|host|keep-alive|proxy-.+|te|trailer|transfer-encoding|upgrade)$)[\w!#$%&'*+.^`|~-]{1,64}$/i;

/** Throws `HTTP_HEADER_NAME_INVALID`, `HTTP_PATTERN_INVALID`. */
export function createPropagation(options: PropagateOptions | undefined, log: CallLog): Propagation | undefined {
  if (options === undefined) return undefined;
  const { header, hosts } = options;
  if (typeof header !== 'string' || !HEADER_NAME.test(header)) throw httpError('HTTP_HEADER_NAME_INVALID', JSON.stringify(header));
  const matches = hostMatcher(hosts);
  return {
    isNamed: (text) => {
      const origin = originOf(text);
      return origin !== undefined && matches(origin);
    },
    add: (flow, headers) => {
      log.ask('propagate', () => {
        if (flow !== undefined && !headers.has(header.toLowerCase())) headers.set(header, flow.correlationId);
      }, undefined);
    },
  };
}
