import { endingOfCode } from '@deedlog/core';
import type { Intent } from '@deedlog/core';
import type { AuditedCall } from './audit-options.ts';
import { auditedIterable, isIterable } from './audited-iterable.ts';
import { auditedObservable, isObservable } from './audited-observable.ts';
import type { CallAudit } from './call-audit.ts';
import { codeOf } from './code-of.ts';
import { evidenceOf } from './evidence.ts';
import type { CallOptions, Step, StepOptions, StepResult } from './trpc-internals.ts';

/** Runs the rest of a call as one intent, and stores its record before the caller gets the answer. */
export async function recordCall(audit: CallAudit, options: StepOptions, rest: Step): Promise<StepResult> {
  const intent = openIntent(audit, options);
  let result: StepResult;
  try {
    result = await intent.run(() => rest(options));
  } catch (cause) {
    await endFailed(audit, options, codeOf(cause));
    throw cause;
  }
  // A middleware that forgot to return next() leaves nothing; tRPC answers with this code.
  if (!result?.ok) {
    await endFailed(audit, options, result?.error.code ?? 'INTERNAL_SERVER_ERROR');
    return result;
  }
  const { data } = result;
  if (isIterable(data)) return { ...result, data: auditedIterable(data, intent) };
  if (options.type === 'subscription' && isObservable(data)) return { ...result, data: auditedObservable(data, intent) };
  await intent.end({ outcome: 'success' });
  return result;
}

/** Records a call that failed before it reached its audit, with the context as far as it was built. */
export async function recordRefusal(audit: CallAudit, call: CallOptions, cause: unknown): Promise<void> {
  openIntent(audit, { ...call, ctx: audit.ctx ?? call.ctx });
  await endFailed(audit, call, codeOf(cause));
}

/** Tells the intent what the validated input says: when the resolver is reached, so that a flush in it finds the facts. */
export function tellInput(audit: CallAudit, { path, type }: CallOptions): void {
  const { intent, ctx, input, plan } = audit;
  audit.reached = true;
  if (intent === undefined) return;
  const { settings, fields } = plan;
  if (fields !== undefined) intent.sawInput(evidenceOf(input));
  const { target, related, reason, metadata, values } = settings;
  if (!(target ?? related ?? reason ?? metadata ?? values)) return;
  const call: AuditedCall = { ctx, input, path, type };
  derive(intent, target, { call, tell: (found) => intent.target(found) });
  derive(intent, related, { call, tell: (found) => found.forEach((one) => intent.related(one.role, one)) });
  derive(intent, reason, { call, tell: (found) => intent.reason(found) });
  derive(intent, metadata, { call, tell: (found) => intent.metadata(found) });
  derive(intent, values, { call, tell: (found) => intent.values(found) });
}

function derive<Fact>(
  intent: Intent,
  callback: ((call: AuditedCall) => Fact | undefined) | undefined,
  { call, tell }: { call: AuditedCall; tell: (fact: Fact) => void },
): void {
  if (callback === undefined) return;
  intent.derive(() => {
    const fact = callback(call);
    if (fact !== undefined) tell(fact);
  });
}

function openIntent(audit: CallAudit, { ctx, path }: CallOptions): Intent {
  const { deedlog, settings, fields } = audit.plan;
  const { action, model, tool, message } = settings;
  audit.ctx = ctx;
  return (audit.intent = deedlog.openIntent({
    action: action ?? path,
    actionDeclared: action !== undefined,
    observer: 'trpc',
    model,
    host: ctx,
    tool,
    message,
    input: fields,
  }));
}

async function endFailed(audit: CallAudit, call: CallOptions, code: string): Promise<void> {
  const { intent } = audit;
  if (intent === undefined) return;
  if (audit.parsing) intent.sawInvalidInput(await rawInput(call));
  else if (!audit.reached && audit.parsed >= audit.plan.parsers) tellInput(audit, call);
  await intent.end(endingOfCode(code));
}

/** Unparseable JSON has no keys to tell; the failure is recorded all the same. */
async function rawInput({ getRawInput }: CallOptions): Promise<unknown> {
  try {
    return evidenceOf(await getRawInput());
  } catch {
    return undefined;
  }
}
