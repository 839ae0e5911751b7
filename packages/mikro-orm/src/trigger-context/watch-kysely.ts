import { AsyncLocalStorage } from 'node:async_hooks';
import type { MikroORM } from '@mikro-orm/core';
import { mikroOrmError } from '../errors.ts';
import type { OrmTransaction } from '../postgres-client.ts';
import type { ConnectionLike, ExecutorLike, KyselyLike } from './kysely-like.ts';
import { WatchedConnection } from './watched-connection.ts';
import type { ConnectionContext, WatchOptions } from './watched-connection.ts';

/** One Kysely instance, with the store that watches it now. */
interface Watch {
  context: ConnectionContext | undefined;
  /** For one call: the connection that the next transaction takes, instead of another. */
  lent: ConnectionLike | undefined;
}

const watches = new WeakMap<KyselyLike, Watch>();
const connections = new WeakMap<ConnectionLike, WatchedConnection>();

/** A connection while somebody has it for a call: a statement, or a transaction of Kysely with all that its body does. */
interface Hold {
  readonly watched: WatchedConnection;
  over: boolean;
}

const holds = new AsyncLocalStorage<Hold>();

/** The transaction of Kysely (`kysely.transaction().execute(body)`) in whose body this is called. */
export function kyselyTransaction(): OrmTransaction | undefined {
  const hold = holds.getStore();
  // What a body left running must not meet the next transaction of the same connection.
  return hold === undefined || hold.over ? undefined : hold.watched.unmanaged;
}

/** MikroORM's connection, as far as it makes and hands out its Kysely instance. */
interface OrmConnection {
  getClient(): KyselyLike;
  initClient(): Promise<void>;
}

/**
 * Watches every statement that the orm sends for writing, through MikroORM or Kysely: on this orm's own objects, and on no prototype.
 * Returns what ends it.
 */
export function watchKysely(orm: MikroORM, context: ConnectionContext): () => void {
  const connection = orm.em.getConnection('write') as unknown as OrmConnection;
  const getClient = connection.getClient.bind(connection);
  const initClient = connection.initClient.bind(connection);
  let kysely: KyselyLike | undefined;
  // A closed orm that connects again makes a Kysely instance anew.
  connection.getClient = () => {
    const client = getClient();
    if (kysely !== client) kysely = watch(client, context);
    return client;
  };
  connection.initClient = async () => {
    await initClient();
    connection.getClient();
  };
  connection.getClient();
  return () => {
    Object.assign(connection, { getClient, initClient });
    const watched = kysely === undefined ? undefined : watches.get(kysely);
    if (watched?.context === context) watched.context = undefined;
  };
}

/** The watch over a connection of Kysely; undefined where there is none. */
export function watchedConnection(connection: object): WatchedConnection | undefined {
  return connections.get(connection as ConnectionLike);
}

function watch(kysely: KyselyLike, context: ConnectionContext): KyselyLike {
  const known = watches.get(kysely);
  if (known !== undefined) {
    known.context = context;
    return kysely;
  }
  const made: Watch = { context, lent: undefined };
  watches.set(kysely, made);
  watchExecutor(kysely.getExecutor(), made, {
    context: () => made.context,
    inTransaction(connection, body) {
      // Kysely asks for the connection before it waits for anything, so nobody else gets the lent one.
      made.lent = connection;
      return kysely.transaction().execute(body);
    },
  });
  return kysely;
}

/** Also watches those that are made of it, for other plugins. */
function watchExecutor(executor: ExecutorLike, watched: Watch, options: WatchOptions): ExecutorLike {
  const provide = executor.provideConnection.bind(executor);
  executor.provideConnection = (consumer, ...more) => {
    const { lent } = watched;
    watched.lent = undefined;
    if (lent !== undefined) return consumer(lent);
    return provide((connection) => held(watchConnection(connection, options), () => consumer(connection)), ...more);
  };
  for (const name of ['withPlugin', 'withPlugins', 'withPluginAtFront', 'withoutPlugins'] as const) {
    const make = executor[name].bind(executor);
    executor[name] = (...given) => watchExecutor(make(...given), watched, options);
  }
  return executor;
}

async function held<Result>(watched: WatchedConnection, body: () => Promise<Result>): Promise<Result> {
  const hold: Hold = { watched, over: false };
  try {
    return await holds.run(hold, body);
  } finally {
    hold.over = true;
  }
}

function watchConnection(connection: ConnectionLike, options: WatchOptions): WatchedConnection {
  const known = connections.get(connection);
  if (known !== undefined) return known;
  const watched = new WatchedConnection(connection, options);
  connections.set(connection, watched);
  if (connection.constructor.name === 'PGliteConnection') watchPglite(connection, watched);
  return watched;
}

type Step = (this: unknown) => Promise<void>;

/** Kysely's driver for PGlite begins and ends transactions by three methods of the connection, which have no other name than their order. */
function watchPglite(connection: ConnectionLike, watched: WatchedConnection): void {
  const methods = connection as unknown as Record<symbol, Step>;
  const names = Object.getOwnPropertySymbols(Object.getPrototypeOf(connection));
  const [begin, commit, rollback] = names;
  if (names.length !== 3 || begin === undefined || commit === undefined || rollback === undefined) {
    throw mikroOrmError('MIKRO_ORM_VERSION_UNSUPPORTED', 'the Kysely driver for PGlite is another one');
  }
  const [beginStep, commitStep, rollbackStep] = [methods[begin], methods[commit], methods[rollback]];
  methods[begin] = async () => {
    await beginStep?.call(connection);
    await watched.begun();
  };
  methods[commit] = async () => {
    await watched.committing();
    await commitStep?.call(connection);
    watched.ended('committed');
  };
  methods[rollback] = async () => {
    await rollbackStep?.call(connection);
    watched.ended('rolledBack');
  };
}
