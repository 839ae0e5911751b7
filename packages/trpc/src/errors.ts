import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `@deedlog/trpc` can throw. */
export type TrpcErrorCode =
  | 'TRPC_AUDIT_REPLACED'
  | 'TRPC_CONCAT_REQUIRED'
  | 'TRPC_CONTEXT_TAKEN'
  | 'TRPC_DEEDLOG_MISSING'
  | 'TRPC_DEEDLOG_MIXED'
  | 'TRPC_READ_OPTIONS_MISSING'
  | 'TRPC_SCHEMA_FOREIGN'
  | 'TRPC_UNSUPPORTED';

/** The table behind {@link TrpcErrorCode}. */
export const trpcErrors: Readonly<Record<TrpcErrorCode, ErrorEntry>> = {
  TRPC_AUDIT_REPLACED: {
    meaning: 'a middleware after the audit replaced ctx.audit, so that the input cannot be recorded',
    remedy: 'Give what that middleware adds to the context another name than audit.',
  },
  TRPC_CONCAT_REQUIRED: {
    meaning: 'auditMiddleware was handed to .use(), where it cannot see the validated input',
    remedy: 'Write t.procedure.concat(auditMiddleware(deedlog)).',
  },
  TRPC_CONTEXT_TAKEN: {
    meaning: 'the context already has a property audit that is not of deedlog',
    remedy: 'Give that property of your context another name; ctx.audit belongs to auditMiddleware.',
  },
  TRPC_DEEDLOG_MISSING: {
    meaning: 'auditMiddleware was given no deedlog',
    remedy: 'Call createDeedlog before the procedures are built, and check for an import cycle between the two files.',
  },
  TRPC_DEEDLOG_MIXED: {
    meaning: 'one procedure has audits of two deedlogs',
    remedy: 'Audit a procedure with one deedlog; send its activities on by a sink.',
  },
  TRPC_READ_OPTIONS_MISSING: {
    meaning: 'procedures that read the log were given no reader or no authorize',
    remedy: 'Pass { reader, authorize: (ctx) => a policy, or undefined where this person may not read }.',
  },
  TRPC_SCHEMA_FOREIGN: {
    meaning: 'the schema option is none of the schemas that the procedure was given by .input()',
    remedy: 'Pass the very object that .input() gets, or leave the option out.',
  },
  TRPC_UNSUPPORTED: {
    meaning: 'this version of @trpc/server does not build procedures as @deedlog/trpc expects',
    remedy: 'Install a version of @trpc/server that the README of @deedlog/trpc names as tested, and one copy of it.',
  },
};

export const trpcError: ErrorFactory<TrpcErrorCode> = defineErrors(trpcErrors);
