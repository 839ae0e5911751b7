import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/envelop` can throw. */
export type EnvelopErrorCode =
  | 'ENVELOP_CONTEXT_MISSING'
  | 'ENVELOP_DEEDLOG_MISSING'
  | 'ENVELOP_FIELD_UNKNOWN'
  | 'ENVELOP_PLUGIN_TWICE'
  | 'ENVELOP_READ_OPTIONS_MISSING'
  | 'ENVELOP_SETTINGS_INVALID';

/** The table behind {@link EnvelopErrorCode}. */
export const envelopErrors: Readonly<Record<EnvelopErrorCode, ErrorEntry>> = {
  ENVELOP_CONTEXT_MISSING: {
    meaning: 'an audited field is executed without a contextValue, so nobody can tell who acts',
    remedy: 'Pass contextValue: await contextFactory() to execute, or wrap the call in deedlog.run({ actor }, fn).',
  },
  ENVELOP_DEEDLOG_MISSING: {
    meaning: 'no deedlog was given',
    remedy: 'Call createDeedlog first and pass its result: useAudit(deedlog).',
  },
  ENVELOP_FIELD_UNKNOWN: {
    meaning: 'the option fields names a root field that the schema does not have',
    remedy: 'Correct the name. A mutation field is named plainly, another root field as "Query.patient".',
  },
  ENVELOP_PLUGIN_TWICE: {
    meaning: 'useAudit stands twice in the list of plugins',
    remedy: 'Remove one of them: one plugin audits every mutation field.',
  },
  ENVELOP_READ_OPTIONS_MISSING: {
    meaning: 'fields that read the log were given no reader or no authorize',
    remedy: 'Pass { reader, authorize: (context) => a policy, or undefined where this person may not read }.',
  },
  ENVELOP_SETTINGS_INVALID: {
    meaning: 'the audit settings of a field cannot be used',
    remedy: 'Compare them with AuditFieldSettings.',
  },
};

export const envelopError: ErrorFactory<EnvelopErrorCode> = defineErrors(envelopErrors);
