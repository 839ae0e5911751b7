import type { Activity, TransactionHooks } from '@deedlog/core';
import { insertActivities } from '@deedlog/postgres';
import type { InsertOptions } from '@deedlog/postgres';
import { EntityManager } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/core';
import { DeferredWrites } from './deferred-writes.ts';
import { mikroOrmError } from './errors.ts';
import { insertInSavepoint } from './insert-in-savepoint.ts';
import { postgresClient } from './postgres-client.ts';
import type { OrmTransaction } from './postgres-client.ts';
import type { TransactionTree } from './transaction-tree.ts';

export interface JoinOptions extends InsertOptions {
  /** A refused insert must leave the transaction usable. */
  readonly isolate: boolean;
}

/** Inserts activities through one orm: in a transaction, on their own, or after a transaction has ended. */
export class ActivityWriter {
  readonly #orm: MikroORM;
  readonly #tree: TransactionTree;
  readonly #deferred = new DeferredWrites();

  constructor(orm: MikroORM, tree: TransactionTree) {
    this.#orm = orm;
    this.#tree = tree;
  }

  /** The open transaction of the given EntityManager, or of the one around. Throws `MIKRO_ORM_TRANSACTION_INVALID`. */
  transactionOf(given: unknown): OrmTransaction | undefined {
    const usable = given === undefined || (given instanceof EntityManager && given.getDriver() === this.#orm.driver);
    if (!usable) throw mikroOrmError('MIKRO_ORM_TRANSACTION_INVALID');
    const transaction: OrmTransaction | undefined = (given ?? this.#orm.em).getTransactionContext();
    return transaction !== undefined && this.#tree.isOpen(transaction) ? transaction : undefined;
  }

  insertOwn(activities: readonly Activity[]): Promise<number> {
    return insertActivities(postgresClient(this.#orm), activities);
  }

  join(transaction: OrmTransaction, activities: readonly Activity[], { isolate, ...options }: JoinOptions): Promise<number> {
    return isolate
      ? insertInSavepoint(transaction, activities, options)
      : insertActivities(postgresClient(this.#orm, transaction), activities, options);
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
}
