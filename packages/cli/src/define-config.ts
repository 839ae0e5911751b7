import type { ModelSettings } from '@deedlog/core';
import type { ReconcileTable } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import type { AnyRouter } from '@trpc/server';
import type { GraphQLSchema } from 'graphql';

type MaybePromise<Value> = Value | Promise<Value>;

/** What `deedlog.config.ts` exports as its default. All of it is optional; each command says what it lacks. */
export interface DeedlogConfig {
  /** Address of the log's database, `postgres://…`. Goes before `DATABASE_URL`; `--url` goes before both. */
  readonly url?: string | undefined;
  /** The application's orm, made when a command needs it, and closed after. Without any address the log is read through it. */
  readonly orm?: (() => MaybePromise<MikroORM>) | undefined;
  /** The models, as `createDeedlog` takes them. */
  readonly models?: ModelSettings | undefined;
  /** Tables under triggers, beside those of the orm's entities. */
  readonly tables?: readonly ReconcileTable[] | undefined;
  /** The table of each object type, `{ Patient: 'public.patient' }`. Default: those of the orm's entities. */
  readonly tableOfType?: Readonly<Record<string, string>> | undefined;
  /** The tRPC router whose procedures `coverage` looks at. */
  readonly router?: (() => MaybePromise<AnyRouter>) | undefined;
  /**
   * The schema that the server runs, with the audit in it: `() => yoga.getEnveloped().schema` where `useAudit` is a plugin,
   * or what `wrapMutationFields` returned.
   */
  readonly schema?: (() => MaybePromise<GraphQLSchema>) | undefined;
}

/**
 * Types the default export of `deedlog.config.ts`.
 * @example export default defineConfig({ orm: () => MikroORM.init(options), router: () => appRouter })
 */
export function defineConfig(config: DeedlogConfig): DeedlogConfig {
  return config;
}
