import type { ActivityChart, ActivityItem, ActivityPage, Authorize, FindingItem, LogView, ModelItem, Reader, TailBatch } from '@deedlog/core';
import { initTRPC, TRPCError } from '@trpc/server';
import type { TRPCProcedureBuilder, TRPCQueryProcedure, TRPCUnsetMarker } from '@trpc/server';
import { trpcError } from '../errors.ts';
import { readError } from './read-error.ts';
import { readInput } from './read-input.ts';
import type { ChartInput, Checked, IdInput, ObjectInput, QueryInput, TailInput } from './read-input.ts';

/** A procedure builder without an input: `t.procedure`, or one with middlewares of your own. */
export type BaseProcedure<Context, Meta, Overrides> = TRPCProcedureBuilder<Context, Meta, Overrides, TRPCUnsetMarker, TRPCUnsetMarker, TRPCUnsetMarker, TRPCUnsetMarker, false>;

export interface AuditRouterOptions<Context> {
  readonly reader: Reader;
  /** Who may read what, by the context of the call. Nothing: FORBIDDEN. A TRPCError that it throws is passed on. */
  readonly authorize: Authorize<Context>;
}

type Query<Input, Output, Meta> = TRPCQueryProcedure<{ input: Input; output: Output; meta: Meta }>;

/** The procedures that read the log. A type and not an interface: only so a router takes it. */
export type AuditProcedures<Meta> = {
  readonly list: Query<QueryInput | undefined, ActivityPage, Meta>;
  readonly get: Query<{ readonly id: string }, ActivityItem, Meta>;
  /** An object's whole history. */
  readonly history: Query<ObjectInput, ActivityPage, Meta>;
  readonly actor: Query<IdInput, ActivityPage, Meta>;
  /** Who read or changed what about a person. */
  readonly access: Query<IdInput, ActivityPage, Meta>;
  readonly chart: Query<ChartInput | undefined, ActivityChart, Meta>;
  /** What is new since a cursor; without one, nothing yet and a cursor for now. */
  readonly tail: Query<TailInput | undefined, TailBatch, Meta>;
  readonly models: Query<void, readonly ModelItem[], Meta>;
  readonly findings: Query<void, readonly FindingItem[], Meta>;
};

/**
 * The log for tRPC: `t.router({ audit: auditRouter(t.procedure, { reader, authorize }) })`. Errors: BAD_REQUEST for what cannot be read, FORBIDDEN for
 * what may not, NOT_FOUND. Throws `TRPC_READ_OPTIONS_MISSING`.
 */
export function auditRouter<Context, Meta, Overrides>(
  procedure: BaseProcedure<Context, Meta, Overrides>,
  options: AuditRouterOptions<Context & Overrides>,
): AuditProcedures<Meta> {
  const query = queryMaker(procedure, options);
  const procedures = {
    list: query<QueryInput>({ optional: true }, (view, input) => view.list(input)),
    get: query<{ readonly id: string }>({}, (view, { id }) => found(view, id)),
    history: query<ObjectInput>({}, (view, { type, id, ...input }) => view.history({ type, id }, input)),
    actor: query<IdInput>({}, (view, { id, ...input }) => view.actor(id, input)),
    access: query<IdInput>({}, (view, { id, ...input }) => view.access(id, input)),
    chart: query<ChartInput>({ optional: true }, (view, input) => view.chart(input)),
    tail: query<TailInput>({ optional: true }, (view, { after, filter }) => view.tail(after, filter)),
    models: query<object>({ optional: true }, (view) => view.models()),
    findings: query<object>({ optional: true }, (view) => view.findings()),
  };
  return procedures as unknown as AuditProcedures<Meta>;
}

/**
 * Gives any router the log of its objects: `t.router({ get, approve, log: objectLog(t.procedure, 'Invoice', { reader, authorize }) })`, then
 * `client.invoice.log.query({ id })`. Throws `TRPC_READ_OPTIONS_MISSING`.
 */
export function objectLog<Context, Meta, Overrides>(
  procedure: BaseProcedure<Context, Meta, Overrides>,
  type: string,
  options: AuditRouterOptions<Context & Overrides>,
): Query<IdInput, ActivityPage, Meta> {
  const query = queryMaker(procedure, options);
  return query<IdInput>({}, (view, { id, ...input }) => view.history({ type, id }, input)) as unknown as Query<IdInput, ActivityPage, Meta>;
}

async function found(view: LogView, id: string): Promise<ActivityItem> {
  const item = await view.get(id);
  if (item === undefined) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such activity, or none that you may see.' });
  return item;
}

// Only for its types: a builder of whatever application does the same.
const t = initTRPC.create({ isServer: true });

type MakeQuery = <Input>(settings: { readonly optional?: boolean }, read: (view: LogView, input: Checked<Input>) => Promise<unknown>) => unknown;

function queryMaker<Context, Meta, Overrides>(procedure: BaseProcedure<Context, Meta, Overrides>, { reader, authorize }: AuditRouterOptions<Context & Overrides>): MakeQuery {
  if (typeof reader?.as !== 'function' || typeof authorize !== 'function') throw trpcError('TRPC_READ_OPTIONS_MISSING');
  const base = procedure as unknown as typeof t.procedure;
  return <Input>({ optional = false }: { readonly optional?: boolean }, read: (view: LogView, input: Checked<Input>) => Promise<unknown>) =>
    base.input(readInput<Input>({ optional }) as never).query(async ({ ctx, input }) => {
      try {
        return await read(reader.as(await authorize(ctx as Context & Overrides)), input as Checked<Input>);
      } catch (error) {
        throw readError(error);
      }
    });
}
