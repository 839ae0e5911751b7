import type { ActionCatalogue, ActivityContext, Receipt } from '@deedlog/core';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { httpError } from '../errors.ts';
import { problemResponse, unauthenticated } from './problem.ts';
import { readBody } from './read-body.ts';
import { parseReport } from './report-body.ts';
import type { ClientReport } from './report-body.ts';
import { jsonResponse } from './responses.ts';

/** The part of a deedlog that takes reports. */
export interface ReportingDeedlog<Host> {
  readonly actions: ActionCatalogue | undefined;
  run<Result>(options: { readonly host?: Host }, body: () => Result): Result;
  trackActivity(activity: never): Promise<Receipt>;
  currentContext(): ActivityContext | undefined;
}

export type ReportDecision = boolean | 'unauthenticated';

/** What counts the reports of each client: every limiter of rate-limiter-flexible fits, for example `RateLimiterRedis` or `RateLimiterPostgres`. */
export interface ReportLimiter {
  /** Takes one from what the client has left. Rejects with an object that has `msBeforeNext`, in milliseconds, where nothing is left. */
  consume(key: string): Promise<unknown>;
}

export interface ReportsOptions<Host = unknown> {
  /** Records the report. Its resolvers say who acts and from where. */
  readonly deedlog: ReportingDeedlog<Host>;
  /** What a client may report, and nothing else. Of the catalogue, whose schemas check the metadata. */
  readonly actions: readonly string[];
  /** Whether this client may report. Independent of who may read. `unauthenticated`: nobody is signed in (401). */
  readonly authorize: (request: Request, host: Host) => ReportDecision | Promise<ReportDecision>;
  /** `tool` of what is recorded: marks what only a client says. Default `client-report`. */
  readonly tool?: string;
  /** How many reports one client may send to this process in how many seconds. Default 60 in 60. */
  readonly limit?: { readonly reports: number; readonly seconds: number };
  /** Instead of `limit`: one that several processes share. While it fails, nothing is taken (500); rate-limiter-flexible has `insuranceLimiter` for that. */
  readonly limiter?: ReportLimiter;
  /** Who is one client. Default: the address in the context of deedlog; without one all share a limit. */
  readonly clientKey?: (request: Request, host: Host) => string | undefined;
}

/** Largest body of a report, in bytes. */
export const MAX_REPORT = 65_536;
const LIMIT = { reports: 60, seconds: 60 };

/** Takes reports. Throws `HTTP_REPORTS_INVALID`; the function rejects with the code of what is wrong with a report. */
export function clientReports<Host>(options: ReportsOptions<Host>): (request: Request, host: Host) => Promise<Response> {
  requireOptions(options);
  const { deedlog, authorize } = options;
  const allowed = new Set(options.actions);
  const limiter = limiterOf(options);
  return async (request, host) => {
    const decision = await authorize(request, host);
    if (decision === 'unauthenticated') return unauthenticated();
    if (decision !== true) throw httpError('HTTP_REPORT_DENIED');
    if (isCrossSite(request)) throw httpError('HTTP_REPORT_DENIED', 'it comes from another site');
    if (!isJson(request)) throw httpError('HTTP_REPORT_NOT_JSON');
    const take = async (): Promise<Response> => {
      const waiting = await waitOf(limiter, options.clientKey?.(request, host) ?? deedlog.currentContext()?.ip ?? 'unknown');
      if (waiting !== undefined) return problemResponse('HTTP_REPORT_LIMITED', { 'retry-after': String(waiting) });
      const report = parseReport(await readBody(request, MAX_REPORT));
      if (!allowed.has(report.action)) throw httpError('HTTP_REPORT_DENIED');
      return recorded(await deedlog.trackActivity(activityOf(report, options.tool) as never));
    };
    return deedlog.run({ host }, take);
  };
}

function limiterOf({ limit = LIMIT, limiter }: Pick<ReportsOptions, 'limit' | 'limiter'>): ReportLimiter {
  return limiter ?? new RateLimiterMemory({ points: limit.reports, duration: limit.seconds });
}

function requireOptions({ deedlog, actions, authorize, limit, limiter }: Partial<ReportsOptions<never>>): void {
  const known = deedlog?.actions;
  const usable = typeof deedlog?.trackActivity === 'function' && typeof authorize === 'function' && Array.isArray(actions) && actions.length > 0;
  const wrong = usable && known !== undefined ? actions.find((action) => !Object.hasOwn(known, action)) : undefined;
  if (!usable || wrong !== undefined) throw httpError('HTTP_REPORTS_INVALID', wrong);
  if (limiter !== undefined && (limit !== undefined || typeof limiter.consume !== 'function')) throw httpError('HTTP_REPORTS_INVALID', 'limiter stands beside limit, or cannot consume');
}

/** Beside the content type, which an adapter makes up where a body parser ran before it. https://www.w3.org/TR/fetch-metadata/ */
function isCrossSite(request: Request): boolean {
  return request.headers.get('sec-fetch-site') === 'cross-site';
}

function isJson(request: Request): boolean {
  return request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() === 'application/json';
}

/** Seconds to wait; undefined: go on. */
async function waitOf(limiter: ReportLimiter, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refused) {
    // By its shape: the limiter may come from another copy of the library.
    const wait = refused instanceof Error ? undefined : (refused as { msBeforeNext?: unknown } | undefined)?.msBeforeNext;
    if (typeof wait === 'number') return Math.max(1, Math.ceil(wait / 1000));
    throw refused;
  }
}

function activityOf({ target, ...report }: ClientReport, tool = 'client-report'): object {
  return { ...report, tool, ...(target === undefined ? {} : { target: { ...target, id: String(target.id) } }) };
}

/** 201 only for what is kept. */
function recorded({ id, status }: Receipt): Response {
  if (status === 'lost') throw httpError('HTTP_REPORT_LOST');
  return jsonResponse({ id }, { status: 201 });
}
