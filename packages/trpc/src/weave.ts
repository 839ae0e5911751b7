import { auditOf } from './call-audit.ts';
import { trpcError } from './errors.ts';
import { planOf } from './plan.ts';
import type { AuditDeclaration, Plan } from './plan.ts';
import { recordCall, tellInput } from './record-call.ts';
import { procedureInternals } from './trpc-internals.ts';
import type { Step, StepOptions } from './trpc-internals.ts';

const declarations = new WeakMap<Step, AuditDeclaration>();

/** The step that stands for an audit until the procedure is woven. Left in place it would record nothing: it refuses to run. */
export function auditStep(declaration: AuditDeclaration): Step {
  const step: Step = async () => {
    throw trpcError('TRPC_UNSUPPORTED', 'the steps of a procedure were copied');
  };
  declarations.set(step, declaration);
  return step;
}

/** The audits among the steps of a procedure that was not woven yet, in order. */
export function auditsOf(def: object): readonly AuditDeclaration[] {
  return procedureInternals(def).middlewares.flatMap((step) => declarations.get(step) ?? []);
}

/** A procedure whose steps have been woven. */
export interface Woven {
  readonly plan: Plan;
  /** Steps run before the audit, so that a call can fail without reaching it. */
  readonly preceded: boolean;
}

/**
 * Works the audits of a procedure into its other steps, in place and once, so that a call pays for no step of deedlog:
 * the audit is fused with the step after it, and every step tells what input it hands on.
 * Several audits make one, where the first stands. Throws `TRPC_UNSUPPORTED` and what {@link planOf} throws.
 */
export function weave(def: object): Woven {
  const procedure = procedureInternals(def);
  const { middlewares } = procedure;
  const first = middlewares.findIndex((step) => declarations.has(step));
  const [declaration, ...others] = auditsOf(def);
  if (declaration === undefined) throw trpcError('TRPC_UNSUPPORTED', 'the audit is not among the steps of its procedure');
  const plan = planOf(procedure, [declaration, ...others]);
  const steps = middlewares.filter((step) => !declarations.has(step));
  const resolver = steps.at(-1);
  if (resolver === undefined || first === steps.length) throw trpcError('TRPC_UNSUPPORTED', 'the resolver is not the last step');
  const woven = plan.recorded ? steps.map((step) => (step === resolver ? resolving(step) : observed(step))) : steps;
  if (plan.deedlog.enabled) woven[first] = fused(plan, woven[first] as Step);
  middlewares.splice(0, middlewares.length, ...woven);
  return { plan, preceded: first > 0 };
}

/** The step with its place remembered, and the input that it hands on. Adds no promise. */
function observed(step: Step): Step {
  const parses = step._type === 'input';
  const observe = (options: StepOptions): ReturnType<Step> => {
    const audit = auditOf(options.ctx);
    const { next } = options;
    if (audit.intent === undefined) audit.ctx = options.ctx;
    if (parses) audit.parsing = true;
    options.next = (changes) => {
      if (changes !== undefined && 'input' in changes) audit.input = changes.input;
      if (parses) {
        audit.parsing = false;
        audit.parsed++;
      }
      return next(changes);
    };
    return step(options);
  };
  return Object.assign(observe, step);
}

function resolving(step: Step): Step {
  return (options) => {
    const audit = auditOf(options.ctx);
    audit.input = options.input;
    tellInput(audit, options);
    return step(options);
  };
}

/** The place of the audit: from here on the call is an intent, or at least has the scope. */
function fused(plan: Plan, rest: Step): Step {
  if (!plan.recorded) return (options) => plan.deedlog.run({ host: options.ctx }, () => rest(options));
  return (options) => recordCall(auditOf(options.ctx), options, rest);
}
