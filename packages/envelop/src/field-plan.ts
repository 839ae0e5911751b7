import type { Deedlog, FieldTreatments, Intent } from '@deedlog/core';
import type { AuditFieldSettings } from './audit-field-settings.ts';

/** Settings as they are at run time, whatever their types were. */
export type LooseSettings = AuditFieldSettings<Record<string, unknown>>;

/** All that the audit of one root field needs, worked out when the schema arrives. */
export interface FieldPlan {
  readonly deedlog: Deedlog;
  readonly action: string;
  readonly actionDeclared: boolean;
  readonly input: FieldTreatments | undefined;
  readonly settings: LooseSettings;
}

/** Opens the intent of one execution of the field. Without `host` the surrounding scope says who acts. */
export function openFieldIntent({ deedlog, action, actionDeclared, input, settings }: FieldPlan, host: unknown): Intent {
  return deedlog.openIntent({
    action,
    actionDeclared,
    input,
    observer: 'envelop',
    model: settings.model,
    tool: settings.tool,
    message: settings.message,
    ...(host === undefined || host === null ? {} : { host }),
  });
}

/** What the settings make of the coerced arguments. Callbacks run one by one, so that one which throws costs only its part. */
export function deriveFacts({ settings }: FieldPlan, intent: Intent, { args, context }: { args: Record<string, unknown>; context: unknown }): void {
  const { target, reason, metadata } = settings;
  if (target !== undefined) intent.derive(() => given(target(args, context), (value) => intent.target(value)));
  if (reason !== undefined) intent.derive(() => given(typeof reason === 'string' ? reason : reason(args, context), (value) => intent.reason(value)));
  if (metadata !== undefined) intent.derive(() => given(typeof metadata === 'function' ? metadata(args, context) : metadata, (value) => intent.metadata(value)));
}

function given<Value>(value: Value | null | undefined, use: (value: Value) => void): void {
  if (value !== undefined && value !== null) use(value);
}
