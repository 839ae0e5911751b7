export { auditMiddleware, type AuditMiddleware } from './audit-middleware.ts';
export type { AuditedCall, AuditMeta, AuditOptions, AuditSettings } from './audit-options.ts';
export { routerCoverage } from './router-coverage.ts';
export { trpcErrors, type TrpcErrorCode } from './errors.ts';
