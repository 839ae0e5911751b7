import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { migrate } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { PGlite } from '@electric-sql/pglite';
import { MikroORM as PgliteOrm } from '@mikro-orm/pglite';
import { MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import type { MikroORM, Options } from '@mikro-orm/core';
import type { AbstractSqlDriver, SqlEntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { assertNoSecretStored } from './secrets.ts';

/** The orm of a test, on whichever database was chosen. */
export type TestOrm = MikroORM<AbstractSqlDriver, SqlEntityManager<AbstractSqlDriver>>;
type TestOptions = Omit<Partial<Options<AbstractSqlDriver, SqlEntityManager<AbstractSqlDriver>>>, 'driver' | 'entities' | 'driverOptions' | 'dbName' | 'clientUrl'>;

/** `postgres`: a real server, named by DATABASE_URL. `pglite`: PostgreSQL in this process. */
export type DatabaseKind = 'pglite' | 'postgres';

/**
 * A database of its own that vanishes with its scope, once its rows were searched for planted secrets:
 * `await using database = await testDatabase()`. */
export interface TestDatabase extends AsyncDisposable {
  readonly kind: DatabaseKind;
  readonly name: string;
  /** Speaks to the database beside the orm. On PGlite it is the same one connection: never await it inside an open transaction. */
  readonly client: PostgresLike;
  /** What a driver needs to connect. */
  readonly connection: { readonly clientUrl: string } | { readonly pglite: PGlite };
}

export interface TestOrmResource extends TestDatabase {
  readonly orm: TestOrm;
}

export interface TestOrmOptions extends TestOptions {
  /** Whether deedlog's tables exist. Default true. */
  readonly migrated?: boolean;
  /** Whether the tables of the entities are created. Default true. */
  readonly createSchema?: boolean;
}

/** Which database the tests of this process run on. */
export const databaseKind: DatabaseKind = process.env['DATABASE_URL'] === undefined ? 'pglite' : 'postgres';

/**
 * An initialised MikroORM over `entities` on a database of its own, with the entities' tables and deedlog's:
 * `await using database = await testOrm([Patient])`.
 */
export async function testOrm(entities: NonNullable<Options['entities']>, options: TestOrmOptions = {}): Promise<TestOrmResource> {
  const { migrated = true, createSchema = true, ...ormOptions } = options;
  const database = await testDatabase({ migrated });
  const orm = await initOrm(database, { discovery: { warnWhenNoEntities: false }, ...ormOptions, entities });
  if (createSchema) await orm.schema.create();
  return {
    ...database,
    orm,
    async [Symbol.asyncDispose]() {
      await closed(orm);
      await database[Symbol.asyncDispose]();
    },
  };
}

/** How long an orm may take to close. Where its connection was killed in a transaction, its pool waits for that connection for ever. */
const CLOSE_MS = 5000;

async function closed(orm: TestOrm): Promise<void> {
  await Promise.race([orm.close(true), setTimeout(CLOSE_MS, undefined, { ref: false })]);
}

async function initOrm(database: TestDatabase, options: TestOptions & Pick<Options, 'entities'>): Promise<TestOrm> {
  const { connection } = database;
  const orm =
    'pglite' in connection
      ? await PgliteOrm.init({ ...options, driverOptions: connection } as object)
      : await PostgresOrm.init({ ...options, ...connection } as object);
  return orm as unknown as TestOrm;
}

/** A bare database, for tests without an orm. `migrated` (default true): with deedlog's tables. */
export async function testDatabase({ migrated = true }: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const url = process.env['DATABASE_URL'];
  return url === undefined ? pgliteDatabase(migrated) : postgresDatabase(url, migrated);
}

// ---- PGlite: a data directory is prepared once, an instance is emptied and used again -------------------------

const CACHE: string = new URL('../node_modules/.cache/deedlog/', import.meta.url).pathname;

/** Instances of this process that no test holds. */
const idle: PGlite[] = [];

async function pgliteDatabase(migrated: boolean): Promise<TestDatabase> {
  const pglite = idle.pop() ?? (await createPglite());
  if (migrated) await migrate(pglite);
  return {
    kind: 'pglite',
    name: 'pglite',
    client: pglite,
    connection: { pglite },
    async [Symbol.asyncDispose]() {
      if (await searchable(pglite)) await assertNoSecretStored(pglite);
      // An instance whose transaction was left open never becomes empty: it is left to the end of the process.
      if (await isEmptied(pglite)) idle.push(pglite);
    },
  };
}

async function createPglite(): Promise<PGlite> {
  // Times as text, as MikroORM wants them: it cannot set parsers on an instance that it did not make.
  const raw = (text: string): string => text;
  return PGlite.create({ loadDataDir: await dataDirImage(), parsers: { 1082: raw, 1114: raw, 1184: raw, 1186: raw } });
}

/** Every schema goes with what is in it; settings, temporary tables and session locks go too. */
const EMPTY = `do $$
declare name text;
begin
  for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', name);
  end loop;
  create schema public;
end $$`;

/** How long emptying may take before the instance is given up: its one connection is held by an open transaction. */
const EMPTY_MS = 5000;

/** Whether the one connection is free, so that a search for secrets will not hang. */
function searchable(pglite: PGlite): Promise<boolean> {
  const gaveUp = setTimeout(EMPTY_MS, false, { ref: false });
  return Promise.race([pglite.query('select').then(() => true, () => false), gaveUp]);
}

async function isEmptied(pglite: PGlite): Promise<boolean> {
  const emptied = pglite.exec('discard all').then(() => pglite.exec(EMPTY));
  const gaveUp = setTimeout(EMPTY_MS, false, { ref: false });
  return Promise.race([emptied.then(() => true, () => false), gaveUp]);
}

async function dataDirImage(): Promise<Blob> {
  const file = join(CACHE, 'pglite-0.5.8.tar');
  if (!existsSync(file)) {
    const pglite = await PGlite.create();
    const image = await pglite.dumpDataDir('none');
    await pglite.close();
    mkdirSync(CACHE, { recursive: true });
    const building = `${file}.${randomName()}`;
    writeFileSync(building, new Uint8Array(await image.arrayBuffer()));
    renameSync(building, file);
  }
  return new Blob([readFileSync(file)]);
}

// ---- PostgreSQL: a template database is prepared once and copied from then on ----------------------------------

async function postgresDatabase(url: string, migrated: boolean): Promise<TestDatabase> {
  const name = `deedlog_test_${randomName()}`;
  await asAdmin(url, async (admin) => {
    const template = migrated ? await templateDatabase(url, admin) : 'template0';
    await admin.query(`create database ${name} template ${template}`);
    await leaveEvidence(admin, name);
  });
  const clientUrl = urlOf(url, name);
  const client = new pg.Pool({ connectionString: clientUrl, max: 2 });
  client.on('error', () => undefined);
  return {
    kind: 'postgres',
    name,
    client,
    connection: { clientUrl },
    async [Symbol.asyncDispose]() {
      await assertNoSecretStored(client);
      await client.end();
      await asAdmin(url, (admin) => dropDatabase(admin, name));
    },
  };
}

/** A client that has ended may still be connected for a moment; killed with the database, it would throw. */
async function dropDatabase(admin: pg.Client, name: string): Promise<void> {
  for (let attempt = 0; attempt < DROP_ATTEMPTS && (await isInUse(admin, name)); attempt++) await setTimeout(DROP_PAUSE_MS);
  await admin.query(`drop database if exists ${name} with (force)`);
}

/** Together two seconds; then a forgotten connection is killed, so that no database is left behind. */
const DROP_ATTEMPTS = 400;
const DROP_PAUSE_MS = 5;

async function isInUse(admin: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await admin.query('select from pg_stat_activity where datname = $1', [name]);
  return rowCount !== 0;
}

/** Any number: the lock under which the template is built. */
const TEMPLATE_LOCK = 5_820_231;

async function templateDatabase(url: string, admin: pg.Client): Promise<string> {
  const name = `deedlog_test_template_${schemaHash()}`;
  const exists = async (): Promise<boolean> => {
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name]);
    return rowCount === 1;
  };
  if (await exists()) return name;
  await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    if (!(await exists())) await buildTemplate(url, admin, name);
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return name;
}

async function buildTemplate(url: string, admin: pg.Client, name: string): Promise<void> {
  const building = `${name}_building`;
  await admin.query(`drop database if exists ${building} with (force)`);
  await admin.query(`create database ${building} template template0`);
  await using client = await connected(urlOf(url, building));
  await migrate(client);
  await client.end();
  await admin.query(`alter database ${building} rename to ${name}`);
}

/** CI compares: a run that claims PostgreSQL must have left a line for each database that it made there. */
async function leaveEvidence(admin: pg.Client, name: string): Promise<void> {
  const file = process.env['DEEDLOG_TEST_EVIDENCE'];
  if (file === undefined) return;
  const { rows } = await admin.query<{ version: string }>('select version()');
  appendFileSync(file, `${name} ${rows[0]?.version}\n`);
}

async function asAdmin<Result>(url: string, body: (admin: pg.Client) => Promise<Result>): Promise<Result> {
  await using admin = await connected(url);
  return await body(admin);
}

async function connected(connectionString: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  let ended = false;
  const end = client.end.bind(client);
  return Object.assign(client, {
    async [Symbol.asyncDispose]() {
      if (!ended) await end();
    },
    async end() {
      ended = true;
      await end();
    },
  }) as pg.Client & AsyncDisposable;
}

function urlOf(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function randomName(): string {
  return randomBytes(6).toString('hex');
}

/** Changes with the migrations, so that a prepared template is never stale. */
function schemaHash(): string {
  const folder = new URL('../../packages/postgres/src/migrations/', import.meta.url);
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).toSorted()) hash.update(readFileSync(new URL(file, folder)));
  return hash.update(readFileSync(new URL('../migrate.ts', folder))).digest('hex').slice(0, 12);
}
