import type { Deedlog, Flow } from '@deedlog/core';
import { cleanPath } from '../record-parts/clean-line.ts';
import type { KeptPartsOptions } from '../record-parts/kept-parts.ts';
import { patternMatcher } from '../record-parts/patterns.ts';
import type { PatternRules } from '../record-parts/patterns.ts';
import { requestWriter } from '../record-parts/request-writer.ts';
import type { OnLogProblem, RequestSink, RequestWriter } from '../record-parts/request-writer.ts';
import { Call } from './call.ts';
import { originOf, targetOf } from './call-target.ts';
import type { CallOrigin } from './call-target.ts';
import { hostMatcher, serviceFinder } from './services.ts';
import type { Service, Services } from './services.ts';
import { unlogged } from './unlogged.ts';

/** What every log of outgoing calls takes. Without a list of one's own no query parameter and nothing of a body is stored. */
export interface CallLogOptions extends KeptPartsOptions {
  /** Where records go. */
  readonly sink: RequestSink;
  /** Says which flow makes the call. Without it a call belongs to none. */
  readonly deedlog?: Pick<Deedlog, 'currentFlow'>;
  /** Names for hosts, and what may be stored of the calls to each. Default: a service is named by its host. */
  readonly services?: Services;
  /** Which hosts are recorded, as host name or host name with port. Default: all. */
  readonly hosts?: PatternRules;
  /** Which paths are recorded. Default: all. */
  readonly paths?: PatternRules;
  /**
   * What is stored of a path: `/bot<token>/send` has a secret in it. What it leaves out is taken out of errors and headers, too.
   * `serviceName` says whose it is. Default: all of it.
   */
  readonly path?: (path: string, serviceName: string) => string;
  readonly onProblem?: OnLogProblem;
}

/** A call as the client that makes it tells it. */
export interface CallFacts {
  /** `https://api.example.com:8443`: no path, no user-info. */
  readonly origin: string;
  /** Request target. */
  readonly pathAndQuery: string;
  readonly method: string;
  readonly flow: Flow | undefined;
}

/** More origins than this are not remembered; the next one begins anew. */
const MAX_ORIGINS = 1000;

/** Begins and ends calls, and writes their records. Nothing of it throws. */
export class CallLog {
  /** False: nothing is to be recorded, whatever is called. */
  readonly wanted: boolean;
  /** Something of bodies is allowed, of some service. */
  readonly seesBodies: boolean;
  readonly #options: CallLogOptions;
  readonly #writer: RequestWriter;
  readonly #serviceOf: (origin: CallOrigin) => Service;
  readonly #isHostWanted: (origin: CallOrigin) => boolean;
  readonly #isPathWanted: (path: string) => boolean;
  readonly #origins = new Map<string, { origin: CallOrigin; service: Service } | null>();
  readonly #open = new Set<Call>();

  /** Throws `HTTP_PATTERN_INVALID`, `HTTP_SERVICE_INVALID`, `HTTP_HEADER_NAME_INVALID`, `HTTP_REQUEST_LOG_INVALID`. */
  constructor(options: CallLogOptions) {
    const { sink, onProblem, services = {}, hosts = {}, paths } = options;
    this.#options = options;
    this.#writer = requestWriter(sink, onProblem);
    this.wanted = this.#writer.wanted;
    this.seesBodies = [options, ...Object.values(services)].some((one) => typeof one === 'object' && 'body' in one && one.body !== undefined);
    this.#serviceOf = serviceFinder(services, options);
    this.#isHostWanted = hostRule(hosts);
    this.#isPathWanted = patternMatcher(paths);
  }

  currentFlow(): Flow | undefined {
    return this.ask('currentFlow', () => this.#options.deedlog?.currentFlow(), undefined);
  }

  /** Whether calls to this origin can be recorded. */
  wants(origin: string): boolean {
    return this.ask('call', () => this.#known(origin) !== null, false);
  }

  /** Undefined: this call is not recorded. */
  begin(facts: CallFacts): Call | undefined {
    return this.ask('call', () => this.#begin(facts), undefined);
  }

  /** Its answer is through, or it failed. Only the first counts. */
  end(call: Call, error?: unknown): void {
    if (!this.#open.delete(call)) return;
    // A sink may ship over HTTP.
    unlogged(() => this.#writer.write(() => call.record(error)));
  }

  /** Records the calls that are under way as they stand. */
  close(reason: Error): void {
    for (const call of this.#open) this.end(call, reason);
  }

  ask<Answer>(what: string, callback: () => Answer, otherwise: Answer): Answer {
    return this.#writer.ask(what, callback, otherwise);
  }

  #begin({ origin, pathAndQuery, method, flow }: CallFacts): Call | undefined {
    const known = this.#known(origin);
    if (known === null) return undefined;
    const target = targetOf(known.origin, pathAndQuery);
    // Through a proxy, the host that counts is another one.
    const service = target.origin === known.origin ? known.service : this.#find(target.origin);
    if (service === undefined || !this.#isPathWanted(target.path)) return undefined;
    const call = new Call({ service, target, path: this.#storedPath(target.path, service.name), method: method.toUpperCase(), flow });
    this.#open.add(call);
    return call;
  }

  /** What the application's own rule cannot tell may hold what that rule is there to hide. */
  #storedPath(path: string, serviceName: string): string {
    const { path: rewrite } = this.#options;
    return cleanPath(rewrite === undefined ? path : this.ask('path', () => rewrite(path, serviceName), ''));
  }

  /** Found out once for each origin: an excluded host costs one look-up. Null: it is excluded, or no HTTP address. */
  #known(text: string): { origin: CallOrigin; service: Service } | null {
    const known = this.#origins.get(text);
    if (known !== undefined) return known;
    const origin = originOf(text);
    const service = origin && this.#find(origin);
    const found = origin && service ? { origin, service } : null;
    if (this.#origins.size >= MAX_ORIGINS) this.#origins.clear();
    this.#origins.set(text, found);
    return found;
  }

  #find(origin: CallOrigin): Service | undefined {
    return this.#isHostWanted(origin) ? this.#serviceOf(origin) : undefined;
  }
}

function hostRule(rules: PatternRules): (origin: CallOrigin) => boolean {
  patternMatcher(rules);
  const { include, exclude = [] } = rules;
  const included = include === undefined ? () => true : hostMatcher(include);
  const excluded = hostMatcher(exclude);
  return (origin) => included(origin) && !excluded(origin);
}
