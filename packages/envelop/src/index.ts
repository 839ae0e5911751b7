export { auditDirectiveTypeDefs } from './audit-directive.ts';
export type { AuditedField, AuditFieldSettings, FromArguments, UseAuditOptions } from './audit-field-settings.ts';
export { envelopErrors } from './errors.ts';
export type { EnvelopErrorCode } from './errors.ts';
export { schemaCoverage } from './schema-coverage.ts';
export { useAudit } from './use-audit.ts';
export type { AuditContext } from './use-audit.ts';
export { wrapMutationFields } from './wrap-mutation-fields.ts';
