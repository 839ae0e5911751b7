import { CallLog } from './call-log.ts';
import type { CallLogOptions } from './call-log.ts';
import { watchHttpClient } from './http-client-channels.ts';
import { createPropagation } from './propagation.ts';
import type { PropagateOptions } from './propagation.ts';
import { watchUndici } from './undici-channels.ts';

export interface OutgoingLogOptions extends CallLogOptions {
  /** Default: no header is added to any call. */
  readonly propagate?: PropagateOptions;
}

export interface OutgoingLog {
  /** Stops watching, and hands calls that are still under way to the sink as they stand. A second time it does nothing. */
  close(): void;
}

/**
 * Records every HTTP call that this process makes from now on, whichever client makes it: `fetch`, undici, `node:http`, `node:https`, and
 * what stands on them. It reads their diagnostics channels, so that no client is wrapped. A redirect's next hop and a retry are calls of
 * their own. Throws `HTTP_PATTERN_INVALID`, `HTTP_SERVICE_INVALID`, `HTTP_HEADER_NAME_INVALID`,
 * `HTTP_REQUEST_LOG_INVALID`; afterwards nothing.
 */
export function outgoingLog(options: OutgoingLogOptions): OutgoingLog {
  const log = new CallLog(options);
  const propagation = createPropagation(options.propagate, log);
  if (!log.wanted && propagation === undefined) return { close: () => undefined };
  const ends = [watchUndici(log, propagation), watchHttpClient(log, propagation)];
  return {
    close: () => {
      for (const end of ends.splice(0)) end();
      log.close(new Error('the log was closed before the call was over'));
    },
  };
}
