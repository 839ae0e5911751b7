import type { Deedlog } from '@deedlog/core';
import { httpError } from '../errors.ts';
import { unlogged } from '../outgoing/unlogged.ts';
import { cleanPath } from '../record-parts/clean-line.ts';
import { maskOf, secretsOfPath } from '../record-parts/mask.ts';
import { patternMatcher } from '../record-parts/patterns.ts';
import type { PatternRules } from '../record-parts/patterns.ts';
import { requestWriter } from '../record-parts/request-writer.ts';
import type { OnLogProblem, RequestSink, RequestWriter } from '../record-parts/request-writer.ts';
import { knownDestination, sftpOrigin } from './sftp-address.ts';
import { SftpCall } from './sftp-call.ts';
import type { SftpFailure } from './sftp-call.ts';
import { sftpMethod } from './sftp-methods.ts';
import type { SftpMethod } from './sftp-methods.ts';
import { secretsOfConnection, secretsOfLocal } from './sftp-secrets.ts';

export interface SftpLogOptions {
  /** Name of the service that is called: `serviceName` of the records. */
  readonly service: string;
  /** Where records go. */
  readonly sink: RequestSink;
  /** Says which flow makes the call. Without it a call belongs to none. */
  readonly deedlog?: Pick<Deedlog, 'currentFlow'>;
  /** Which remote paths are recorded. Default: all. A call without a path always is. */
  readonly paths?: PatternRules;
  /** What is stored of a remote path: `/inbox/<token>/a.csv` has a secret in it. Default: all of it. */
  readonly path?: (path: string) => string;
  readonly onProblem?: OnLogProblem;
}

/** One call of a method of the client. */
export interface SftpCalled {
  readonly name: string;
  readonly method: SftpMethod;
  readonly args: readonly unknown[];
}

/** A call whose end is awaited. */
export interface OpenSftpCall extends SftpCalled {
  readonly call: SftpCall;
}

/** Begins and ends calls, and writes their records. Nothing of it throws. */
export class SftpLog {
  /** False: the sink wants no requests. */
  readonly wanted: boolean;
  readonly #client: object;
  readonly #options: SftpLogOptions;
  readonly #writer: RequestWriter;
  readonly #isPathWanted: (path: string) => boolean;

  /** Throws `HTTP_SERVICE_INVALID`, `HTTP_PATTERN_INVALID`, `HTTP_REQUEST_LOG_INVALID`. */
  constructor(client: object, options: SftpLogOptions) {
    const { service, sink, onProblem, paths } = options;
    if (typeof service !== 'string' || service === '') throw httpError('HTTP_SERVICE_INVALID', JSON.stringify(service));
    this.#client = client;
    this.#options = options;
    this.#writer = requestWriter(sink, onProblem);
    this.#isPathWanted = patternMatcher(paths);
    this.wanted = this.#writer.wanted;
  }

  /** Undefined: this call is not recorded. */
  begin(name: string, args: readonly unknown[]): OpenSftpCall | undefined {
    const method = sftpMethod(name);
    return method === undefined ? undefined : this.#writer.ask('call', () => this.#begin({ name, method, args }), undefined);
  }

  ended({ call, method, args }: OpenSftpCall, result: unknown): void {
    this.#write(() => call.record({ answered: method.answered?.(result, args) ?? null }));
  }

  /** `stream`: through which something may have come before it failed. */
  failed(open: OpenSftpCall, error: unknown, stream?: unknown): void {
    const { call, method, args } = open;
    this.#write(() => {
      const counted = stream === undefined ? undefined : method.answered?.(stream, args);
      return call.record({ answered: counted?.['bytes'] === 0 ? undefined : counted, failure: this.#failure(open, error) });
    });
  }

  #begin({ name, method, args }: SftpCalled): OpenSftpCall | undefined {
    const { service, deedlog } = this.#options;
    const paths = [method.remote, method.to].map((index) => (index === undefined ? undefined : args[index])).filter((path) => typeof path === 'string');
    if (paths.length > 0 && !paths.some((path) => this.#isPathWanted(path))) return undefined;
    const to = this.#stored(method.to, args);
    const call = new SftpCall({
      service,
      method: name,
      path: this.#stored(method.remote, args) ?? '',
      origin: sftpOrigin(name === 'connect' ? args[0] : knownDestination(this.#client)),
      asked: to === undefined ? (method.asked?.(args) ?? null) : { to },
      flow: this.#writer.ask('currentFlow', () => deedlog?.currentFlow(), undefined),
    });
    return { call, name, method, args };
  }

  /** Undefined: this argument is no path. */
  #stored(index: number | undefined, args: readonly unknown[]): string | undefined {
    const given = index === undefined ? undefined : args[index];
    if (typeof given !== 'string') return undefined;
    const { path: rewrite } = this.#options;
    return cleanPath(rewrite === undefined ? given : this.#writer.ask('path', () => String(rewrite(given)), ''));
  }

  #failure({ method, args }: SftpCalled, error: unknown): SftpFailure {
    const hidden = [method.remote, method.to].flatMap((index) => this.#hidden(index, args));
    const local = method.local === undefined ? [] : secretsOfLocal(args[method.local]);
    const connection = [args[0], knownDestination(this.#client)].flatMap(secretsOfConnection);
    return { error, mask: maskOf([...hidden, ...local, ...connection]) };
  }

  #hidden(index: number | undefined, args: readonly unknown[]): readonly string[] {
    const given = index === undefined || this.#options.path === undefined ? undefined : args[index];
    return typeof given === 'string' ? secretsOfPath(given, this.#stored(index, args) ?? '') : [];
  }

  #write(build: () => ReturnType<SftpCall['record']>): void {
    // A sink may ship over HTTP.
    unlogged(() => this.#writer.write(build));
  }
}
