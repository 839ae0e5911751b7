export { auditMiddleware, type AuditMiddleware } from './audit-middleware.ts';
export type { AuditedCall, AuditMeta, AuditOptions, AuditSettings } from './audit-options.ts';
export { routerCoverage } from './router-coverage.ts';
export { trpcErrors, type TrpcErrorCode } from './errors.ts';
export { auditRouter, objectLog, type AuditProcedures, type AuditRouterOptions, type BaseProcedure } from './read/audit-router.ts';
export type { ChartInput, FilterInput, IdInput, ObjectInput, QueryInput, TailInput } from './read/read-input.ts';
