import type { LogView } from '@deedlog/core';
import { postgresReader } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { importAdapter } from './adapters.ts';
import type { Adapters } from './adapters.ts';
import { connect } from './connect.ts';
import type { DeedlogConfig } from './define-config.ts';
import { cliError } from './errors.ts';
import { loadConfig } from './load-config.ts';
import type { LoadedConfig } from './load-config.ts';
import type { CliOptions } from './run.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Flags that every command has. */
export interface CommonFlags {
  readonly url?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly table?: boolean;
}

/** One run of one command: what it works on is opened when it is asked for, and closed with the session. */
export class Session implements AsyncDisposable {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tables for people, or JSON Lines for programs. */
  readonly forPeople: boolean;
  readonly #flags: CommonFlags;
  readonly #options: CliOptions;
  readonly #resources = new AsyncDisposableStack();
  #loaded: Promise<LoadedConfig> | undefined;
  #orm: Promise<MikroORM> | undefined;
  #client: Promise<PostgresLike> | undefined;

  constructor(terminal: Terminal, flags: CommonFlags, options: CliOptions) {
    this.terminal = terminal;
    this.#flags = flags;
    this.#options = options;
    this.signal = options.signal ?? new AbortController().signal;
    this.env = options.env ?? {};
    this.folder = options.cwd ?? process.cwd();
    this.forPeople = flags.json === true ? false : flags.table === true || terminal.interactive;
  }

  /** Throws `CLI_CONFIG_INVALID`. */
  async config(): Promise<DeedlogConfig> {
    return (await this.#load()).config;
  }

  /** An adapter of the project, by which this one knows its entities and procedures. Throws `CLI_ADAPTER_MISSING`. */
  async adapter<Name extends keyof Adapters>(name: Name): Promise<Adapters[Name]> {
    const { file } = await this.#load();
    return importAdapter(name, file ?? `${this.folder}/`);
  }

  /** Undefined: the configuration has none. */
  async orm(): Promise<MikroORM | undefined> {
    const { orm } = await this.config();
    if (orm === undefined) return undefined;
    this.#orm ??= this.#openOrm(orm);
    return this.#orm;
  }

  /** Throws `CLI_DATABASE_UNKNOWN`, `CLI_CONNECTION_FAILED`. */
  client(): Promise<PostgresLike> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  /** The log with the rights of whoever may connect: every tenant, every model. */
  async view(): Promise<LogView> {
    const { models = {}, tableOfType } = await this.config();
    const reader = postgresReader(await this.client(), { models, tables: tableOfType ?? (await this.#tablesOfEntities()) });
    return reader.as({ tenants: 'all', models: 'all' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.terminal.clearProgress();
    return this.#resources.disposeAsync();
  }

  #load(): Promise<LoadedConfig> {
    const { config } = this.#options;
    this.#loaded ??= config === undefined ? loadConfig(this.folder, this.#flags.config) : Promise.resolve({ file: undefined, config });
    return this.#loaded;
  }

  async #openOrm(open: NonNullable<DeedlogConfig['orm']>): Promise<MikroORM> {
    const orm = await open();
    this.#resources.defer(() => orm.close());
    return orm;
  }

  async #connect(): Promise<PostgresLike> {
    if (this.#options.client !== undefined) return this.#options.client;
    const config = await this.config();
    const url = this.#flags.url ?? config.url ?? this.env['DATABASE_URL'];
    if (url !== undefined && url !== '') return this.#resources.use(await connect(url)).client;
    const orm = await this.orm();
    if (orm === undefined) throw cliError('CLI_DATABASE_UNKNOWN');
    return (await this.adapter('@deedlog/mikro-orm')).postgresClient(orm);
  }

  /** Only of an orm that was opened: a listing does not need to start the application. */
  async #tablesOfEntities(): Promise<Readonly<Record<string, string>>> {
    if (this.#orm === undefined) return {};
    return (await this.adapter('@deedlog/mikro-orm')).entityTables(await this.#orm);
  }
}
