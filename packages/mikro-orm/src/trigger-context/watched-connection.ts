import type { TransactionActivity } from '@deedlog/core';
import type { OrmTransaction } from '../postgres-client.ts';
import { setActivitySql } from '@deedlog/postgres';
import type { CompiledQueryLike, ConnectionLike, Consumer, QueryResultLike } from './kysely-like.ts';
import { statementKind } from './statement-kind.ts';

/** A transaction of one connection, whoever opened it. */
export interface OpenTransaction {
  /** For statements of deedlog's own in it; also its identity. */
  readonly own: OrmTransaction;
  /** The identity that the hooks know: the orm's own transaction where there is one. */
  key: OrmTransaction;
  /** The orm's events tell of its end. */
  managed: boolean;
  /** Whether anything but plain reading was done in it. */
  wrote: boolean;
  /** A statement failed, so that everything but a rollback will. */
  failed: boolean;
  /** What the setting holds. */
  current: string;
  readonly savepoints: { readonly name: string; readonly value: string }[];
  /** Those whose id the setting held. */
  readonly activities: Set<TransactionActivity>;
}

/** What a connection asks and tells. */
export interface ConnectionContext {
  activityIn(transaction: OrmTransaction): TransactionActivity | undefined;
  /** Before the commit of a transaction that has not failed. Rejects where it must be rolled back. */
  committing(transaction: OpenTransaction): Promise<void>;
  ended(transaction: OpenTransaction, how: 'committed' | 'rolledBack'): void;
}

export interface WatchOptions {
  /** Undefined while no store is connected. */
  readonly context: () => ConnectionContext | undefined;
  /** Runs the body in a transaction of this connection. */
  readonly inTransaction: (connection: ConnectionLike, body: () => Promise<QueryResultLike>) => Promise<QueryResultLike>;
}

/** Sees to it that whatever changes rows over a connection does so in a transaction whose setting names the activity. */
export class WatchedConnection {
  readonly #connection: ConnectionLike;
  readonly #options: WatchOptions;
  readonly #execute: ConnectionLike['executeQuery'];
  #open: OpenTransaction | undefined;
  /** While deedlog writes between a savepoint and its end, nothing else may get there. */
  #writing: Promise<unknown> | undefined;

  /** Puts itself before the connection's own methods, of this one connection. */
  constructor(connection: ConnectionLike, options: WatchOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#execute = connection.executeQuery.bind(connection);
    connection.executeQuery = (query, ...more) => this.#run(query, more);
    const stream = connection.streamQuery?.bind(connection);
    if (stream !== undefined) connection.streamQuery = (query, ...more) => this.#stream(() => stream(query, ...more));
  }

  /** The open transaction, where the orm does not tell of it. */
  get unmanaged(): OrmTransaction | undefined {
    return this.#open?.managed === false ? this.#open.own : undefined;
  }

  /** Past the watch: for deedlog's own statements. */
  bare(sql: string, parameters: readonly unknown[] = []): Promise<QueryResultLike> {
    return this.#execute({ sql, parameters });
  }

  /** The open transaction is one of the orm, whose events tell of its end. */
  adopt(transaction: OrmTransaction): void {
    if (this.#open === undefined) return;
    this.#open.key = transaction;
    this.#open.managed = true;
  }

  /** `begin` by other means than a statement. */
  async begun(): Promise<void> {
    const context = this.#options.context();
    if (context === undefined) return;
    const opened = this.#opened(context);
    if (opened.current !== '') await this.bare(setActivitySql(opened.current));
    this.#open = opened;
  }

  /** Rejects where the transaction must be rolled back. */
  async committing(): Promise<void> {
    const context = this.#options.context();
    const open = this.#open;
    if (open === undefined || context === undefined || open.failed) return;
    await context.committing(open);
    await this.#sync(open, context);
  }

  ended(how: 'committed' | 'rolledBack'): void {
    const open = this.#open;
    this.#open = undefined;
    // PostgreSQL answers the commit of a failed transaction by a rollback.
    if (open !== undefined) this.#options.context()?.ended(open, open.failed ? 'rolledBack' : how);
  }

  async #run(query: CompiledQueryLike, more: readonly unknown[]): Promise<QueryResultLike> {
    const context = this.#options.context();
    if (context === undefined && this.#open === undefined) return this.#execute(query, ...more);
    const statement = statementKind(query.sql);
    const run = (): Promise<QueryResultLike> => this.#beside(query, more);
    switch (statement.kind) {
      case 'begin':
        return this.#begin(query, more);
      case 'commit':
        await this.committing();
        return this.#end(run, 'committed');
      case 'rollback':
        return this.#end(run, 'rolledBack');
      case 'savepoint':
        this.#open?.savepoints.push({ name: statement.name, value: this.#open.current });
        return run();
      case 'release':
        return this.#release(statement.name, run);
      case 'rollback to':
        return this.#rollbackTo(statement.name, run);
      case 'read':
        return this.#noting(run);
      case 'write':
      case 'other':
        return this.#write(statement.kind, run);
    }
  }

  async #begin(query: CompiledQueryLike, more: readonly unknown[]): Promise<QueryResultLike> {
    const context = this.#options.context();
    if (context === undefined || this.#open !== undefined) return this.#execute(query, ...more);
    const opened = this.#opened(context);
    // One round trip: a text with two statements.
    const sql = opened.current === '' ? query.sql : `${query.sql}; ${setActivitySql(opened.current)}`;
    const result = await this.#execute({ ...query, sql }, ...more);
    this.#open = opened;
    return result;
  }

  #opened(context: ConnectionContext): OpenTransaction {
    const own = { getExecutor: () => ({ provideConnection: <Result>(consumer: Consumer<Result>) => this.#alone(consumer) }) };
    const activity = context.activityIn(own);
    const activities = new Set(activity === undefined ? [] : [activity]);
    return { own, key: own, managed: false, wrote: false, failed: false, current: activity?.id ?? '', savepoints: [], activities };
  }

  /** Asked right before the statement goes, so that nothing can come between. */
  async #beside(query: CompiledQueryLike, more: readonly unknown[] = []): Promise<QueryResultLike> {
    while (this.#writing !== undefined) await this.#writing;
    return this.#execute(query, ...more);
  }

  async #alone<Result>(consumer: Consumer<Result>): Promise<Result> {
    while (this.#writing !== undefined) await this.#writing;
    const result = consumer({ executeQuery: this.#execute });
    this.#writing = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(kind: 'write' | 'other', run: () => Promise<QueryResultLike>): Promise<QueryResultLike> {
    const open = this.#open;
    const context = this.#options.context();
    if (open === undefined) {
      const alone = kind === 'write' && context?.activityIn({}) !== undefined;
      return alone ? this.#options.inTransaction(this.#connection, () => this.#write(kind, run)) : run();
    }
    if (context !== undefined) await this.#sync(open, context);
    open.wrote = true;
    return this.#noting(run);
  }

  async *#stream(stream: () => AsyncIterableIterator<QueryResultLike>): AsyncGenerator<QueryResultLike> {
    const context = this.#options.context();
    if (this.#open !== undefined && context !== undefined) await this.#sync(this.#open, context);
    yield* stream();
  }

  /** Brings the setting to what holds where the statement was called: another intent may have begun or ended since the last one. */
  async #sync(open: OpenTransaction, context: ConnectionContext): Promise<void> {
    const activity = context.activityIn(open.own);
    const wanted = activity?.id ?? '';
    if (wanted === open.current || open.failed) return;
    await this.#beside({ sql: setActivitySql(wanted), parameters: [] });
    open.current = wanted;
    if (activity !== undefined) open.activities.add(activity);
  }

  async #noting<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      if (this.#open !== undefined) this.#open.failed = true;
      throw error;
    }
  }

  async #end(run: () => Promise<QueryResultLike>, how: 'committed' | 'rolledBack'): Promise<QueryResultLike> {
    const result = await run();
    this.ended(how);
    return result;
  }

  /** What was set inside stays; the next statement sets it anew where that is wrong. */
  async #release(name: string, run: () => Promise<QueryResultLike>): Promise<QueryResultLike> {
    const result = await this.#noting(run);
    const { savepoints } = this.#open ?? { savepoints: [] };
    const place = savepoints.findLastIndex((one) => one.name === name);
    if (place >= 0) savepoints.length = place;
    return result;
  }

  /** PostgreSQL takes the setting back to what it was at the savepoint, which stays. */
  async #rollbackTo(name: string, run: () => Promise<QueryResultLike>): Promise<QueryResultLike> {
    const result = await run();
    const open = this.#open;
    if (open === undefined) return result;
    open.failed = false;
    const place = open.savepoints.findLastIndex((one) => one.name === name);
    const savepoint = open.savepoints[place];
    if (savepoint !== undefined) {
      open.current = savepoint.value;
      open.savepoints.length = place + 1;
    }
    return result;
  }
}
