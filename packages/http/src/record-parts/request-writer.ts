import type { DeedlogError, RequestRecord, Sink } from '@deedlog/core';
import { httpError } from '../errors.ts';
import { isThenable } from './thenable.ts';

/** The part of a sink that takes requests. Without `writeRequests` nothing is recorded. */
export type RequestSink = Pick<Sink, 'writeRequests' | 'turnAway' | 'ready'> & { readonly name?: string };

/** Told of what kept a request from being recorded. Default: a process warning. What it throws is swallowed. */
export type OnLogProblem = (problem: DeedlogError) => void;

/** Hands records to a sink. Nothing that goes wrong here reaches whoever calls. */
export interface RequestWriter {
  /** False: the sink wants no requests, so none need be observed. */
  readonly wanted: boolean;
  /**
   * Asked before anything is observed. True: the sink has no room and holds nobody back, so the record counts as dropped, and is not to be
   * written. Never throws.
   */
  turnsAway(): boolean;
  /** Builds a record and hands it on. Never throws. */
  write(build: () => RequestRecord): void;
  /** What a callback of the application answers, or `otherwise` where it throws. `what` names it in the report. Never throws. */
  ask<Answer>(what: string, callback: () => Answer, otherwise: Answer): Answer;
  /** Back-pressure of the sink: undefined while it has room, else settles when it has. Never throws, never rejects. */
  ready(): Promise<void> | undefined;
}

/** Throws `HTTP_REQUEST_LOG_INVALID` for what is no sink. */
export function requestWriter(sink: RequestSink, onProblem: OnLogProblem = warn): RequestWriter {
  if (typeof sink !== 'object' || sink === null) throw httpError('HTTP_REQUEST_LOG_INVALID', 'sink: give an object with writeRequests');
  return new GuardedWriter(sink, onProblem);
}

class GuardedWriter implements RequestWriter {
  readonly wanted: boolean;
  readonly #sink: RequestSink;
  readonly #onProblem: OnLogProblem;
  /** What failed last time: what fails on every request is told once until it succeeds. */
  readonly #failing = new Set<string>();

  constructor(sink: RequestSink, onProblem: OnLogProblem) {
    this.wanted = typeof sink.writeRequests === 'function';
    this.#sink = sink;
    this.#onProblem = onProblem;
  }

  turnsAway(): boolean {
    return this.#sink.ready === undefined && this.#turnedAway();
  }

  write(build: () => RequestRecord): void {
    if (!this.wanted || this.#turnedAway()) return;
    const record = this.ask('record', build, undefined);
    if (record !== undefined) void this.#watch('sink', () => this.#sink.writeRequests?.([record]));
  }

  ask<Answer>(what: string, callback: () => Answer, otherwise: Answer): Answer {
    try {
      const answer = callback();
      this.#succeeded(what);
      return answer;
    } catch (cause) {
      this.#failed(what, cause);
      return otherwise;
    }
  }

  #turnedAway(): boolean {
    return this.ask('turnAway', () => this.#sink.turnAway?.() ?? false, false);
  }

  ready(): Promise<void> | undefined {
    return this.wanted ? this.#watch('ready', () => this.#sink.ready?.()) : undefined;
  }

  /** Undefined where it is done already. */
  #watch(what: string, call: () => unknown): Promise<void> | undefined {
    try {
      const pending = call();
      if (isThenable(pending)) return Promise.resolve(pending).then(() => this.#succeeded(what), (cause: unknown) => this.#failed(what, cause));
      this.#succeeded(what);
    } catch (cause) {
      this.#failed(what, cause);
    }
    return undefined;
  }

  #succeeded(what: string): void {
    if (this.#failing.size > 0) this.#failing.delete(what);
  }

  #failed(what: string, cause: unknown): void {
    if (this.#failing.has(what)) return;
    this.#failing.add(what);
    try {
      const told: unknown = this.#onProblem(httpError('HTTP_REQUEST_LOG_FAILED', what === 'sink' ? (this.#sink.name ?? what) : what, cause));
      if (isThenable(told)) Promise.resolve(told).then(undefined, () => undefined);
    } catch {}
  }
}

function warn(problem: DeedlogError): void {
  process.emitWarning(problem);
}
