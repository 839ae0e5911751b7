import { fieldTreatments } from '@deedlog/core';
import type { ActionCatalogue, Deedlog, FieldTreatments } from '@deedlog/core';
import type { TRPCProcedureType } from '@trpc/server';
import type { AuditMeta, AuditOptions, AuditSettings } from './audit-options.ts';
import { trpcError } from './errors.ts';
import type { ProcedureInternals } from './trpc-internals.ts';

/** Types of procedures that are recorded without being marked: a query changes nothing, and there are many. */
const DEFAULT_TYPES: readonly TRPCProcedureType[] = ['mutation'];

/** One `auditMiddleware(deedlog, options)`. */
export interface AuditDeclaration {
  readonly deedlog: Deedlog;
  readonly options: AuditOptions;
}

/** How one procedure is audited: options, meta and type taken together once. */
export interface Plan {
  readonly deedlog: Deedlog;
  /** What its settings want, whether or not deedlog is enabled. */
  readonly wanted: boolean;
  /** False: its calls only get the scope. */
  readonly recorded: boolean;
  readonly settings: AuditSettings<unknown, ActionCatalogue, unknown>;
  readonly fields: FieldTreatments | undefined;
  /** How many parsers its input goes through. */
  readonly parsers: number;
}

/** Throws `TRPC_DEEDLOG_MIXED`, `TRPC_SCHEMA_FOREIGN`. */
export function planOf(procedure: ProcedureInternals, declarations: readonly [AuditDeclaration, ...AuditDeclaration[]]): Plan {
  const [{ deedlog }] = declarations;
  for (const { options, deedlog: other } of declarations) {
    if (other !== deedlog) throw trpcError('TRPC_DEEDLOG_MIXED');
    if (options.schema !== undefined && !procedure.inputs.includes(options.schema)) throw trpcError('TRPC_SCHEMA_FOREIGN');
  }
  const { audit } = (procedure.meta ?? {}) as AuditMeta;
  const options: AuditOptions = Object.assign({}, ...declarations.map((one) => one.options), audit === false ? { skip: true } : audit);
  const { types = DEFAULT_TYPES, action, skip = false, input } = options;
  const marked = action !== undefined || typeof audit === 'object';
  const wanted = !skip && (marked || types.includes(procedure.type));
  return {
    deedlog,
    wanted,
    recorded: deedlog.enabled && wanted,
    settings: options,
    fields: input === undefined ? undefined : fieldTreatments(input),
    parsers: procedure.middlewares.filter(({ _type }) => _type === 'input').length,
  };
}
