import { CallAudit, contextWith } from './call-audit.ts';
import { planOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { recordRefusal } from './record-call.ts';
import { isCall, procedureInternals } from './trpc-internals.ts';
import type { CallOptions, Invoke } from './trpc-internals.ts';
import { auditsOf, weave } from './weave.ts';
import type { Woven } from './weave.ts';

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
  const options = args[0];
  if (!isCall(options)) return (invoke as Invoke)(options);
  let woven = procedures.get(_def);
  if (woven === undefined) procedures.set(_def, (woven = weave(_def)));
  const audit = new CallAudit(woven.plan);
  const call: CallOptions = { ...options, ctx: contextWith(audit, options.ctx) };
  const result = (invoke as Invoke)(call);
  return woven.preceded && woven.plan.recorded ? withRefusal(result, audit, call) : result;
}

/** How a procedure is audited, before its first call or after; undefined: it is not. Throws what {@link planOf} throws. */
export function planOfProcedure(def: object): Plan | undefined {
  const [declaration, ...others] = auditsOf(def);
  return procedures.get(def)?.plan ?? (declaration === undefined ? undefined : planOf(procedureInternals(def), [declaration, ...others]));
}

async function withRefusal(result: Promise<unknown>, audit: CallAudit, call: CallOptions): Promise<unknown> {
  try {
    return await result;
  } catch (cause) {
    if (audit.intent === undefined) await recordRefusal(audit, call, cause);
    throw cause;
  }
}
