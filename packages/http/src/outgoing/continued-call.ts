import { AsyncLocalStorage, executionAsyncResource } from 'node:async_hooks';
import type { Flow } from '@deedlog/core';
import { whoTells } from './unlogged.ts';

/** A request as clients show it that make further requests for it: the next hop of a redirect, the next attempt. */
export interface Attempt {
  readonly origin: string;
  /** Request target. */
  readonly path: string;
  readonly method: string;
}

/** Where an answer sends its caller to; undefined where it does not. */
export type Location = string | undefined;

interface Ending {
  readonly attempt: Attempt;
  /** What its client was asked for; a retry around redirects begins there again. */
  readonly asked: Attempt;
  readonly location: Location;
  readonly flow: Flow | undefined;
  readonly hidden: boolean;
  /** The place where it ended, which is the one of whoever opened the connection. */
  readonly place: Place;
  /** Where whoever waited for the connection may yet be let go: in the rest of this job, in an immediate soon after it, or nowhere. */
  release: 'job' | 'immediate' | 'over';
}

interface Place {
  readonly flow: Flow | undefined;
  readonly hidden: boolean;
}

interface Caller extends Place {
  readonly asked: Attempt;
}

const endings = new AsyncLocalStorage<Ending>();

/**
 * What undici does when an answer is through (follow a redirect, try again, send what waited for the connection) it does in the async
 * context of that connection, which is the one of the flow that opened it: in an audit log, somebody else. So the end of each request is
 * noted in that context, and a request that begins there gets the flow of the call that it goes on with, or none.
 *
 * (undici 8 restores the context of what waits in a pool; 6 and 7 do not.)
 */
export function noteEnd(ended: Omit<Ending, 'place' | 'release'>, place: Flow | undefined): void {
  const ending: Ending = { ...ended, place: { flow: place, hidden: isHidden() }, release: 'job' };
  endings.enterWith(ending);
  queueMicrotask(() => {
    ending.release = 'immediate';
  });
  // The immediate that undici may set comes after this one and before the next.
  setImmediate(() => setImmediate(() => {
    ending.release = 'over';
  }));
}

/** Who makes the request that begins here, where `current` is the flow of this async context. */
export function callerOf(attempt: Attempt, current: Flow | undefined): Caller {
  const here = { flow: current, hidden: isHidden(), asked: attempt };
  const ending = endings.getStore();
  const isAfter = ending !== undefined && isSamePlace(here, ending.place);
  if (isAfter && goesOn(attempt, ending)) return { flow: ending.flow, hidden: ending.hidden, asked: ending.asked };
  const isNobodys = (isAfter && mayRelease(ending)) || (current !== undefined && isLetGo());
  return isNobodys ? { ...here, flow: undefined } : here;
}

/** Ours and those of undici between a pool that lets a request go and where it tells of it, with some for interceptors. */
const FRAMES = 20;

/**
 * Whether a pool lets this request go, which has waited in it. It does so wherever a place became free: also when a connection was made, broke,
 * or was given up by some other flow, of which no channel tells. undici 8 goes back to the async context of the request before it does.
 */
function isLetGo(): boolean {
  for (const site of callers()) {
    const name = site.getFunctionName();
    if (name === 'runInAsyncScope') return false;
    if (name === '[onDrain]' || (name === 'onDrain' && site.getFileName()?.includes('undici') === true)) return true;
  }
  return false;
}

/** As `depd` does it. To ask for names only is ten times cheaper than a stack as text, or `getCallSites`, which look up each line. */
function callers(): readonly NodeJS.CallSite[] {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back, not called
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.stackTraceLimit = FRAMES;
    const { stack } = new Error() as unknown as { readonly stack: unknown };
    return Array.isArray(stack) ? (stack as NodeJS.CallSite[]) : [];
  } catch {
    // Somebody has frozen it.
    return [];
  } finally {
    restore({ prepareStackTrace, stackTraceLimit });
  }
}

function restore({ prepareStackTrace, stackTraceLimit }: Pick<ErrorConstructor, 'prepareStackTrace' | 'stackTraceLimit'>): void {
  try {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  } catch {}
}

/** A flow is shown anew each time; the scope that it is seen from has one context. */
function isSamePlace(one: Place, other: Place): boolean {
  const [a, b] = [one.flow, other.flow];
  return one.hidden === other.hidden && a?.context === b?.context && a?.correlationId === b?.correlationId && a?.causationId === b?.causationId;
}

function mayRelease({ release }: Ending): boolean {
  return release === 'job' || (release === 'immediate' && '_onImmediate' in executionAsyncResource());
}

function goesOn(attempt: Attempt, { attempt: ended, asked, location }: Ending): boolean {
  if (isSame(attempt, ended) || isSame(attempt, asked)) return true;
  if (location === undefined) return false;
  const next = URL.parse(location, `${ended.origin}${ended.path}`);
  return next !== null && next.origin === attempt.origin && `${next.pathname}${next.search}` === attempt.path;
}

function isSame(one: Attempt, other: Attempt): boolean {
  return one.origin === other.origin && one.path === other.path && one.method === other.method;
}

function isHidden(): boolean {
  return whoTells() !== undefined;
}
