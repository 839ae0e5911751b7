import type { ActionCatalogue, ActionName, Deedlog, FieldSelection, ModelName, ModelSettings, Related, StandardSchemaV1, TargetLike } from '@deedlog/core';
import type { TRPCProcedureType } from '@trpc/server';

/** What the callbacks of {@link AuditOptions} get, once the whole input is validated. */
export interface AuditedCall<Host = unknown, Input = unknown> {
  /** The context as it stands at the audit. */
  readonly ctx: Host;
  /** The validated input: parsed, transformed, merged over chained `.input()`. Undefined where the procedure has none. */
  readonly input: Input;
  /** `invoice.approve` for `/trpc/invoice.approve`. */
  readonly path: string;
  readonly type: TRPCProcedureType;
}

/** What one procedure can say about its audit, in the options or in `.meta({ audit })`. */
export interface AuditSettings<
  Host,
  Catalogue extends ActionCatalogue,
  Input,
  Models extends ModelSettings = ModelSettings,
  Model extends ModelName<Models> = ModelName<Models>,
> {
  /** Default: the path of the procedure. Named here, a query or subscription is recorded too. */
  readonly action?: ActionName<Catalogue>;
  /** The kind of activity. Its own columns come from `ctx.audit.columns({ … })` or the model's `fill`. Default `default`. */
  readonly model?: Model;
  /** Fields of the validated input that may be stored: paths, or a treatment for each. Default: none. */
  readonly input?: FieldSelection<Input>;
  /** Category by feature. */
  readonly tool?: string;
  /** Message template. */
  readonly message?: string;
  /** What is acted on. */
  readonly target?: (call: AuditedCall<Host, Input>) => TargetLike | undefined;
  /** What else takes part, each with its role. */
  readonly related?: (call: AuditedCall<Host, Input>) => readonly Related[] | undefined;
  /** Why. */
  readonly reason?: (call: AuditedCall<Host, Input>) => string | undefined;
  readonly metadata?: (call: AuditedCall<Host, Input>) => Readonly<Record<string, unknown>> | undefined;
  /** Objects for the slots of the message template. */
  readonly values?: (call: AuditedCall<Host, Input>) => Readonly<Record<string, unknown>> | undefined;
  /** True: the procedure is not recorded. Default false. */
  readonly skip?: boolean;
}

/** Options of `auditMiddleware`. A callback that throws is reported as `INTENT_CALLBACK_FAILED`; the call goes on. */
export interface AuditOptions<
  Host = unknown,
  Catalogue extends ActionCatalogue = ActionCatalogue,
  Input = unknown,
  Models extends ModelSettings = ModelSettings,
  Model extends ModelName<Models> = ModelName<Models>,
> extends AuditSettings<Host, Catalogue, Input, Models, Model> {
  /** Which types of procedures are recorded. Default `['mutation']`; a marked procedure always is. */
  readonly types?: readonly TRPCProcedureType[];
  /** The schema given to `.input()`: types the callbacks and the field names of this audit. */
  readonly schema?: StandardSchemaV1<unknown, Input>;
}

/**
 * The meta of audited procedures: `initTRPC.meta<AuditMeta<typeof deedlog>>()`. It wins, key by key, over the options of
 * `auditMiddleware`. Present, it marks a query or subscription as recorded; `false` leaves the procedure out.
 */
export interface AuditMeta<Log = Deedlog> {
  readonly audit?: false | MetaSettings<Log>;
}

type MetaSettings<Log> =
  Log extends Deedlog<infer Host, infer Catalogue, infer Models>
    ? AuditSettings<Host, Catalogue, unknown, Models>
    : AuditSettings<unknown, ActionCatalogue, unknown>;
