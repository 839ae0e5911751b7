import type { ActionCatalogue, Audit, AuditColumns, Deedlog, ModelName, ModelSettings } from '@deedlog/core';
import { initTRPC } from '@trpc/server';
import type { TRPCProcedureBuilder, TRPCUnsetMarker } from '@trpc/server';
import { auditCaller } from './audit-caller.ts';
import type { AuditMeta, AuditOptions } from './audit-options.ts';
import { trpcError } from './errors.ts';
import { procedureInternals } from './trpc-internals.ts';
import type { Step } from './trpc-internals.ts';
import { auditStep } from './weave.ts';

/** tRPC turns an optional property of a context into one that may be undefined: under exactOptionalPropertyTypes another type. */
type HostContext<Host> = unknown extends Host ? unknown : { [Key in keyof Host]: object extends Pick<Host, Key> ? Host[Key] | undefined : Host[Key] };

/** What `.concat()` takes: it needs a context that the actor resolver understands, and adds `ctx.audit`. */
export type AuditMiddleware<
  Host,
  Catalogue extends ActionCatalogue,
  Models extends ModelSettings = ModelSettings,
  Model extends ModelName<Models> = ModelName<Models>,
> = TRPCProcedureBuilder<
  // `object` keeps TypeScript from asking for a property in common, where all of ours are optional.
  HostContext<Host> & { readonly audit?: Audit } & object,
  AuditMeta<Deedlog<Host, Catalogue, Models>> & object,
  { audit: Audit<AuditColumns<Models, Model>> },
  TRPCUnsetMarker,
  TRPCUnsetMarker,
  TRPCUnsetMarker,
  TRPCUnsetMarker,
  false
>;

/**
 * Audits every procedure that is built from `t.procedure.concat(auditMiddleware(deedlog))`, before or after `.input()`.
 * Mutations are recorded; queries and subscriptions where `options.types`, an `action` or `.meta({ audit })` says so.
 * Throws `TRPC_DEEDLOG_MISSING` and `TRPC_UNSUPPORTED`; handed to `.use()`, `TRPC_CONCAT_REQUIRED`.
 */
export function auditMiddleware<
  Host,
  Catalogue extends ActionCatalogue,
  Input = unknown,
  Models extends ModelSettings = ModelSettings,
  const Model extends ModelName<Models> = ModelName<Models>,
>(
  deedlog: Deedlog<Host, Catalogue, Models>,
  options: AuditOptions<Host, Catalogue, Input, Models, Model> = {},
): AuditMiddleware<Host, Catalogue, Models, Model> {
  if (typeof deedlog?.openIntent !== 'function') throw trpcError('TRPC_DEEDLOG_MISSING');
  const step = auditStep({ deedlog: deedlog as unknown as Deedlog, options: options as unknown as AuditOptions });
  const builder = auditBuilder(step);
  checkFits(builder, step);
  // `.use()` looks for this property, `.concat()` does not.
  Object.defineProperty(builder, '_middlewares', {
    get: () => {
      throw trpcError('TRPC_CONCAT_REQUIRED');
    },
  });
  return builder as unknown as AuditMiddleware<Host, Catalogue, Models, Model>;
}

// The environment was checked by the application's own initTRPC.
const t = initTRPC.create({ isServer: true });

function auditBuilder(step: Step): ReturnType<typeof t.procedure.experimental_caller> {
  return t.procedure.use(step as never).experimental_caller(auditCaller);
}

/** Fails at start-up, and not on the first call, where tRPC builds procedures in another way. */
function checkFits(builder: ReturnType<typeof auditBuilder>, step: Step): void {
  const probe = builder.mutation(() => undefined) as unknown as { readonly _def?: object };
  const { middlewares } = procedureInternals(probe._def ?? {});
  if (middlewares.length !== 2 || middlewares[0] !== step) throw trpcError('TRPC_UNSUPPORTED', 'the steps of a procedure are not in order');
}
