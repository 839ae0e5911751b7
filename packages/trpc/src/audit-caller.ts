import { CallAudit, contextWith } from './call-audit.ts';
import type { Plan } from './plan.ts';
import { recordRefusal } from './record-call.ts';
import { callOptions, type CallOptions, type Invoke } from './trpc-internals.ts';
import { weave, type Woven } from './weave.ts';

const procedures = new WeakMap<object, Woven>();

/** What tRPC hands to the `experimental_caller` of a procedure, on each call. */
export interface CallerOptions {
  readonly args: readonly unknown[];
  readonly invoke: (options: never) => Promise<unknown>;
  readonly _def: object;
}

/**
 * Calls an audited procedure. There is one such function for all audits, since tRPC refuses two different ones in a chain.
 * It sees the finished procedure, which no middleware does, and weaves it on the first call.
 */
export function auditCaller({ args, invoke, _def }: CallerOptions): Promise<unknown> {
  const options = callOptions(args);
  let woven = procedures.get(_def);
  if (woven === undefined) procedures.set(_def, (woven = weave(_def)));
  const audit = new CallAudit();
  const call: CallOptions = { ...options, ctx: contextWith(audit, options.ctx) };
  const result = (invoke as Invoke)(call);
  return woven.preceded && woven.plan.recorded ? withRefusal(result, woven.plan, { audit, call }) : result;
}

async function withRefusal(result: Promise<unknown>, plan: Plan, { audit, call }: { audit: CallAudit; call: CallOptions }): Promise<unknown> {
  try {
    return await result;
  } catch (cause) {
    if (audit.intent === undefined) await recordRefusal(plan, audit, { call, cause });
    throw cause;
  }
}
