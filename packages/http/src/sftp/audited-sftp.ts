import { errorMonitor } from 'node:events';
import { isThenable } from '../record-parts/thenable.ts';
import type { SftpClientLike } from './sftp-client-like.ts';
import { SftpLog } from './sftp-log.ts';
import type { OpenSftpCall, SftpLogOptions } from './sftp-log.ts';
import { sftpMethod } from './sftp-methods.ts';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * The same client, with a record of every call that speaks to the server: who called which method on which remote path, how long it
 * took and how it ended. What is called through the client that you handed in is not recorded, so that a method that uses others
 * (`uploadDir`) makes one record. Results, errors, streams and listeners stay as they are. Throws `HTTP_SERVICE_INVALID`,
 * `HTTP_PATTERN_INVALID` and `HTTP_REQUEST_LOG_INVALID` (the sink).
 */
export function auditedSftp<Client extends SftpClientLike>(client: Client, options: SftpLogOptions): Client {
  const log = new SftpLog(client, options);
  if (!log.wanted) return client;
  const recorded = new Map<PropertyKey, { readonly original: Method; readonly recording: Method }>();
  const audited: Client = new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || sftpMethod(name) === undefined) return member;
      let known = recorded.get(name);
      if (known?.original !== member) {
        const original = member as Method;
        known = { original, recording: recording(log, String(name), (self, args) => Reflect.apply(original, self === audited ? target : self, args)) };
        recorded.set(name, known);
      }
      return known.recording;
    },
  });
  return audited;
}

function recording(log: SftpLog, name: string, call: (self: unknown, args: unknown[]) => unknown): Method {
  return function recorded(this: unknown, ...args) {
    const open = log.begin(name, args);
    if (open === undefined) return call(this, args);
    try {
      return observed(log, open, call(this, args));
    } catch (error) {
      log.failed(open, error);
      throw error;
    }
  };
}

/** The promise that is returned is a new one: one that is only looked at would no longer count as unhandled. */
function observed(log: SftpLog, open: OpenSftpCall, result: unknown): unknown {
  if (isThenable(result)) {
    return result.then(
      (value: unknown) => {
        log.ended(open, value);
        return value;
      },
      (error: unknown) => {
        log.failed(open, error);
        throw error;
      },
    );
  }
  if (open.method.streams === true && isStream(result)) recordStream(log, open, result);
  else log.ended(open, result);
  return result;
}

interface StreamLike {
  readonly writableEnded?: unknown;
  readonly writableLength?: unknown;
  once(name: string | symbol, listener: (error: unknown) => void): unknown;
}

function isStream(value: unknown): value is StreamLike {
  return typeof value === 'object' && value !== null && typeof (value as { once?: unknown }).once === 'function';
}

/**
 * Listens where it changes nothing: not to data, which would make the stream flow, nor as one who handles its error. A stream that stays
 * open after its end (`autoClose: false`) is over with its end; one of ssh2 that was written to its end closes without saying `finish`.
 */
function recordStream(log: SftpLog, open: OpenSftpCall, stream: StreamLike): void {
  let over = false;
  const once = (end: (error: unknown) => void) => (error: unknown) => {
    if (over) return;
    over = true;
    end(error);
  };
  const ended = once(() => log.ended(open, stream));
  const closedEarly = once(() => log.failed(open, new Error('the stream was closed before its end'), stream));
  stream.once('end', ended);
  stream.once('finish', ended);
  stream.once(errorMonitor, once((error) => log.failed(open, error, stream)));
  stream.once('close', () => (stream.writableEnded === true && stream.writableLength === 0 ? ended : closedEarly)(undefined));
}
