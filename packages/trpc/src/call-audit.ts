import { createId } from '@deedlog/core';
import type { Actor, Audit, Changes, Ending, Intent, TargetLike } from '@deedlog/core';
import { trpcError } from './errors.ts';
import type { Plan } from './plan.ts';

/**
 * `ctx.audit` of one call. Where the call is not recorded there is no intent behind it, and what is said to it is dropped,
 * so that a resolver works unchanged when its procedure is left out or deedlog is switched off.
 */
export class CallAudit implements Audit {
  readonly plan: Plan;
  /** Opened when the call reaches the audit. */
  intent: Intent | undefined;
  /** The context as far as the call has got. */
  ctx: unknown;
  /** The input as far as it is validated. */
  input: unknown;
  /** How many parsers have accepted their part. */
  parsed = 0;
  /** A parser is at work; still so when the call fails: it refused the input. */
  parsing = false;
  /** The resolver was reached: the facts of the input are with the intent. */
  reached = false;
  #id: string | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  get id(): string {
    return this.intent?.id ?? (this.#id ??= createId());
  }
  target(target: TargetLike): void {
    this.intent?.target(target);
  }
  related(role: string, target: TargetLike): void {
    this.intent?.related(role, target);
  }
  reason(reason: string): void {
    this.intent?.reason(reason);
  }
  metadata(metadata: Readonly<Record<string, unknown>>): void {
    this.intent?.metadata(metadata);
  }
  values(values: Readonly<Record<string, unknown>>): void {
    this.intent?.values(values);
  }
  changes(changes: Changes): void {
    this.intent?.changes(changes);
  }
  columns(columns: Readonly<Record<string, unknown>>): void {
    this.intent?.columns(columns);
  }
  actor(actor: Actor): void {
    this.intent?.actor(actor);
  }
  outcome(ending: Ending): void {
    this.intent?.outcome(ending);
  }
  skip(): void {
    this.intent?.skip();
  }
}

/** A context of its own for this call, since the calls of a batch share one. Throws `TRPC_CONTEXT_TAKEN`. */
export function contextWith(audit: CallAudit, ctx: unknown): object {
  if (typeof ctx !== 'object' || ctx === null) return { audit };
  const { audit: present } = ctx as { audit?: unknown };
  // A resolver hands its own context to createCaller: the audit in it is the outer call's.
  if (present !== undefined && !(present instanceof CallAudit)) throw trpcError('TRPC_CONTEXT_TAKEN');
  const prototype: unknown = Object.getPrototypeOf(ctx);
  if (prototype === Object.prototype || prototype === null) return { ...ctx, audit };
  return Object.assign(Object.create(prototype as object) as object, ctx, { audit });
}

/** The audit of the call that a step belongs to. Throws `TRPC_AUDIT_REPLACED`. */
export function auditOf(ctx: unknown): CallAudit {
  const { audit } = (ctx ?? {}) as { audit?: unknown };
  if (!(audit instanceof CallAudit)) throw trpcError('TRPC_AUDIT_REPLACED');
  return audit;
}
