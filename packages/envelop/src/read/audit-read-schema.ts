import type { ActivityChart, ActivityItem, ActivityPage, ActivityQuery, Authorize, FindingItem, LogView, ModelItem, Reader } from '@deedlog/core';
import { envelopError } from '../errors.ts';
import { connectionOf } from './connection.ts';
import type { Connection } from './connection.ts';
import { filterOf, queryOf } from './read-arguments.ts';
import type { FilterArgument, PageArguments, TailArguments } from './read-arguments.ts';
import { badInput, readError } from './read-error.ts';
import { AUDIT_READ_TYPE_DEFS, auditLogTypeDefs, MAX_OBJECT_LOG } from './type-defs.ts';
import { operationViews } from './views.ts';
import type { OperationView } from './views.ts';

/** An object's type and id as activities name their target. */
export interface ObjectLogSettings {
  /** Default: the name of the GraphQL type. */
  readonly type?: string;
  /** Default: the property `id`. */
  readonly id?: (parent: never) => string | number | undefined;
}

export interface AuditReadOptions<Context> {
  readonly reader: Reader;
  /** Who may read what, by the GraphQL context; asked once for each operation. Nothing: `FORBIDDEN`. A GraphQLError that it throws is passed on. */
  readonly authorize: Authorize<Context>;
  /** Types that get a field `auditLog`: `{ Invoice: {} }`. Default: none. */
  readonly auditLog?: Readonly<Record<string, ObjectLogSettings>>;
}

type Resolver<Context, Parent, Arguments, Result> = (parent: Parent, args: Arguments, context: Context) => Promise<Result>;

/** Stands among your own: `createSchema({ typeDefs: [read.typeDefs, …], resolvers: [read.resolvers, …] })`. */
export interface AuditReadSchema<Context> {
  readonly typeDefs: string;
  readonly resolvers: AuditReadResolvers<Context>;
}

// A type and not an interface: only so createSchema takes it.
export type AuditReadResolvers<Context> = Readonly<Record<string, Readonly<Record<string, Resolver<Context, never, never, unknown>>>>>;

export interface AuditLogArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

/**
 * The log for GraphQL: type definitions that extend `Query`, and their resolvers. Errors: `BAD_USER_INPUT` for what cannot be read, `FORBIDDEN` for what may
 * not. Throws `ENVELOP_READ_OPTIONS_MISSING`.
 */
export function auditReadSchema<Context>(options: AuditReadOptions<Context>): AuditReadSchema<Context> {
  const read = readerOf(options);
  const query = {
    activities: (_: unknown, args: PageArguments, context: Context) => read(context, ({ view }) => paged((query) => view.list(query), args)),
    activity: (_: unknown, { id }: { id: string }, context: Context) => read(context, async ({ view }): Promise<ActivityItem | null> => (await view.get(id)) ?? null),
    objectHistory: (_: unknown, { type, id, ...args }: PageArguments & { type: string; id: string }, context: Context) =>
      read(context, ({ view }) => paged((query) => view.history({ type, id }, query), args)),
    accessLog: (_: unknown, { id, ...args }: PageArguments & { id: string }, context: Context) => read(context, ({ view }) => paged((query) => view.access(id, query), args)),
    activityChart: (_: unknown, { filter, buckets }: { filter?: FilterArgument; buckets?: number | null }, context: Context) =>
      read(context, ({ view }): Promise<ActivityChart> => view.chart({ ...filterOf(filter), buckets: buckets ?? undefined })),
    activityTail: (_: unknown, { filter, after }: TailArguments, context: Context) => read(context, ({ view }) => tail(view, { filter, after })),
    activityModels: (_: unknown, _args: object, context: Context) => read(context, ({ view }): Promise<readonly ModelItem[]> => view.models()),
    activityFindings: (_: unknown, _args: object, context: Context) => read(context, ({ view }): Promise<readonly FindingItem[]> => view.findings()),
  };
  const types = Object.entries(options.auditLog ?? {});
  const fields = types.map(([name, settings]) => [name, { auditLog: logField({ type: name, ...settings }, read) }] as const);
  return {
    typeDefs: [AUDIT_READ_TYPE_DEFS, ...types.map(([name]) => auditLogTypeDefs(name))].join('\n'),
    resolvers: { Query: query, ...Object.fromEntries(fields) } as AuditReadResolvers<Context>,
  };
}

/** The resolver of a field `auditLog` where a schema is not made of SDL. Throws `ENVELOP_READ_OPTIONS_MISSING`. */
export function auditLogField<Context>(
  type: string,
  options: Omit<AuditReadOptions<Context>, 'auditLog'> & Pick<ObjectLogSettings, 'id'>,
): Resolver<Context, object, AuditLogArguments, Connection> {
  return logField({ type, ...(options.id === undefined ? {} : { id: options.id }) }, readerOf(options));
}

/** What came since a cursor, and the cursor for the next call. */
interface Tail {
  readonly nodes: readonly ActivityItem[];
  readonly cursor: string;
  readonly more: boolean;
}

type Read<Context> = <Result>(context: Context, body: (operation: OperationView) => Promise<Result>) => Promise<Result>;

function readerOf<Context>({ reader, authorize }: AuditReadOptions<Context>): Read<Context> {
  if (typeof reader?.as !== 'function' || typeof authorize !== 'function') throw envelopError('ENVELOP_READ_OPTIONS_MISSING');
  const viewOf = operationViews(reader, authorize);
  return async (context, body) => {
    try {
      return await body(await viewOf(context));
    } catch (error) {
      throw readError(error);
    }
  };
}

function logField<Context>({ type, id = idOf }: ObjectLogSettings & { readonly type: string }, read: Read<Context>): Resolver<Context, object, AuditLogArguments, Connection> {
  return (parent, { first, after }, context) =>
    read(context, async ({ view, objectLogs, objectCounts }) => {
      const object = { type, id: String(id(parent as never) ?? '') };
      const limit = first ?? undefined;
      if (limit !== undefined && (limit < 1 || limit > MAX_OBJECT_LOG)) throw badInput(`first is not 1 to ${MAX_OBJECT_LOG}.`);
      const count = (): Promise<ActivityPage> => objectCounts.load({ ...object, limit: 1 });
      if (after !== undefined && after !== null) return connectionOf(await view.history(object, queryOf({ first, after })), count);
      return connectionOf(await objectLogs.load({ ...object, limit: limit ?? MAX_OBJECT_LOG }), count);
    });
}

function idOf(parent: object): string | undefined {
  const id: unknown = Reflect.get(parent, 'id');
  return typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint' ? String(id) : undefined;
}

async function paged(list: (query: ActivityQuery) => Promise<ActivityPage>, args: PageArguments): Promise<Connection> {
  const { after: _after, before: _before, ...query } = queryOf(args);
  return connectionOf(await list(queryOf(args)), () => list({ ...query, limit: 1, count: true }));
}

async function tail(view: LogView, { filter, after }: TailArguments): Promise<Tail> {
  const { results, cursor, more } = await view.tail(after ?? undefined, filterOf(filter));
  return { nodes: results, cursor, more };
}
