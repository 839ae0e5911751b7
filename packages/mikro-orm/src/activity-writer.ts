import type { Activity, TransactionHooks } from '@deedlog/core';
import type { InsertedRecords, InsertOptions, PostgresLike, Records } from '@deedlog/postgres';
import { EntityManager } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/core';
import { DeferredWrites } from './deferred-writes.ts';
import { mikroOrmError } from './errors.ts';
import { insertInSavepoint } from './insert-in-savepoint.ts';
import { postgresClient } from './postgres-client.ts';
import type { OrmTransaction } from './postgres-client.ts';
import type { RecordsPlace } from './records-place.ts';
import type { TransactionTree } from './transaction-tree.ts';
import { kyselyTransaction } from './trigger-context/watch-kysely.ts';
import { within } from './within.ts';

export interface JoinOptions extends InsertOptions {
  /** A refused insert must leave the transaction usable. */
  readonly isolate: boolean;
}

const LATE: unique symbol = Symbol('late');

export interface ActivityWriterParts {
  readonly orm: MikroORM;
  readonly tree: TransactionTree;
  readonly place: RecordsPlace;
  /** How long a write on a connection of its own may take, in milliseconds. */
  readonly ownWriteMs: number;
}

/** Inserts activities through one orm: in a transaction, on their own, or after a transaction has ended. */
export class ActivityWriter {
  readonly #orm: MikroORM;
  readonly #tree: TransactionTree;
  readonly #place: RecordsPlace;
  readonly #ownWriteMs: number;
  readonly #deferred = new DeferredWrites();
  /** Outermost transactions that hold records. */
  readonly #holding = new WeakSet<OrmTransaction>();

  constructor({ orm, tree, place, ownWriteMs }: ActivityWriterParts) {
    this.#orm = orm;
    this.#tree = tree;
    this.#place = place;
    this.#ownWriteMs = ownWriteMs;
  }

  /**
   * The open transaction of the given EntityManager, or of the one around. A transaction that deedlog was told of is taken as it
   * stands now; one that is over counts as none given. Throws `MIKRO_ORM_TRANSACTION_INVALID`.
   */
  transactionOf(given: unknown): OrmTransaction | undefined {
    if (this.#tree.knows(given)) return this.#tree.innermostOf(given) ?? this.transactionOf(undefined);
    const usable = given === undefined || (given instanceof EntityManager && given.getDriver() === this.#orm.driver);
    if (!usable) throw mikroOrmError('MIKRO_ORM_TRANSACTION_INVALID');
    const transaction: OrmTransaction | undefined = (given ?? this.#orm.em).getTransactionContext() ?? (given === undefined ? kyselyTransaction() : undefined);
    return transaction !== undefined && this.#tree.isOpen(transaction) ? transaction : undefined;
  }

  /** Activities in no transaction. Rejects with `MIKRO_ORM_WRITE_LATE`. */
  insertOwn(activities: readonly Activity[]): Promise<void> {
    return this.#inTime(this.#place.insertOwn(activities));
  }

  /** Activities and effects in no transaction. Rejects with `MIKRO_ORM_WRITE_LATE`. */
  insertOwnRecords(records: Records): Promise<InsertedRecords> {
    return this.#inTime(this.#place.insert(postgresClient(this.#orm), records));
  }

  async join(transaction: OrmTransaction, activities: readonly Activity[], options: JoinOptions): Promise<number> {
    return (await this.joinRecords(transaction, { activities, effects: [] }, options)).activities;
  }

  /** Inserts activities and effects by one statement. */
  async joinRecords(transaction: OrmTransaction, records: Records, { isolate, ...options }: JoinOptions): Promise<InsertedRecords> {
    const insert = (client: PostgresLike): Promise<InsertedRecords> => this.#place.insert(client, records, options);
    const inserted = isolate ? await insertInSavepoint(transaction, insert) : await insert(postgresClient(this.#orm, transaction));
    this.#holding.add(this.#tree.rootOf(transaction));
    return inserted;
  }

  committed(root: OrmTransaction): void {
    if (this.#holding.has(root)) this.#place.committed();
  }

  /** Keeps activities until the outermost transaction around has ended. */
  defer(transaction: OrmTransaction, activities: readonly Activity[]): void {
    this.#deferred.add(this.#tree.rootOf(transaction), activities);
  }

  /** Writes what was kept for `root`, or all that is left. Never rejects: the hooks are told. */
  async writeDeferred(hooks: TransactionHooks, root?: OrmTransaction): Promise<void> {
    const activities = root === undefined ? this.#deferred.takeAll() : this.#deferred.take(root);
    if (activities.length === 0) return;
    try {
      await this.insertOwn(activities);
    } catch (error) {
      hooks.afterDeferred(activities, error);
      return;
    }
    hooks.afterDeferred(activities);
  }

  /** A late success does no harm: the log keeps an activity's id once, also where it came from the spool before. */
  async #inTime<Result>(write: Promise<Result>): Promise<Result> {
    const written = await within(this.#ownWriteMs, write, LATE);
    if (written === LATE) throw mikroOrmError('MIKRO_ORM_WRITE_LATE', `${this.#ownWriteMs} ms`);
    return written;
  }
}
