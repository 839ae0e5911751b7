import type { Activity, Store, TransactionHooks, WriteOptions } from '@deedlog/core';
import { checkTables, insertActivities } from '@deedlog/postgres';
import type { InsertOptions } from '@deedlog/postgres';
import { EntityManager } from '@mikro-orm/core';
import type { EventSubscriber, MikroORM } from '@mikro-orm/core';
import { checkOrm } from './check-orm.ts';
import { DeferredWrites } from './deferred-writes.ts';
import { targetDescriber } from './describe-target.ts';
import type { TargetLabels } from './describe-target.ts';
import { mikroOrmError } from './errors.ts';
import { hideSchema } from './hide-schema.ts';
import { insertInSavepoint } from './insert-in-savepoint.ts';
import { postgresClient } from './postgres-client.ts';
import type { OrmTransaction } from './postgres-client.ts';
import { transactionSubscriber } from './transaction-subscriber.ts';
import type { TransactionListener } from './transaction-subscriber.ts';
import { TransactionTree } from './transaction-tree.ts';

export interface MikroOrmStoreOptions {
  /** How people read a target, by entity name. Default: no labels. */
  readonly label?: TargetLabels;
}

/** Orms that have a store; they are let go when it closes. */
const connected = new WeakSet<MikroORM>();

/**
 * Stores activities in the orm's database (PostgreSQL or PGlite), in the transaction of the change they belong to. It sees the
 * transactions of this orm: implicit ones of `em.flush()`, `em.transactional()`, `em.begin()`, savepoints. What runs in
 * none is written on a connection of its own. Closing it leaves the orm open.
 *
 * Throws `MIKRO_ORM_VERSION_UNSUPPORTED`, `MIKRO_ORM_DRIVER_UNSUPPORTED` or `MIKRO_ORM_MODEL_UNKNOWN` at once, `MIKRO_ORM_ALREADY_CONNECTED`
 * from `createDeedlog`; `check()` rejects with `POSTGRES_TABLES_MISSING`.
 */
export function mikroOrmStore(orm: MikroORM, options: MikroOrmStoreOptions = {}): Store {
  checkOrm(orm);
  hideSchema(orm);
  const describeTarget = targetDescriber(orm, options.label ?? {});
  const tree = new TransactionTree();
  const deferred = new DeferredWrites();
  let hooks: TransactionHooks | undefined;

  return {
    describeTarget,
    connect(given) {
      if (connected.has(orm)) throw mikroOrmError('MIKRO_ORM_ALREADY_CONNECTED');
      connected.add(orm);
      hooks = given;
      subscribe(orm, transactionSubscriber(tree, listener()));
    },
    inTransaction: (transaction) => transactionOf(transaction) !== undefined,
    async write(activities, { transaction, isolate = false, survive = false }: WriteOptions = {}) {
      const joined = transactionOf(transaction);
      if (joined === undefined) {
        await insertActivities(postgresClient(orm), activities);
        return { at: 'own' };
      }
      if (survive) {
        deferred.add(tree.rootOf(joined), activities);
        return { at: 'deferred' };
      }
      await insert(joined, activities, { isolate });
      return { at: 'joined', transaction: joined };
    },
    check: () => checkTables(postgresClient(orm)),
    async close() {
      await writeDeferred(deferred.takeAll());
      // MikroORM cannot unsubscribe: from now on the subscriber tells nobody.
      hooks = undefined;
      connected.delete(orm);
    },
  };

  /** The open transaction that a write would join. */
  function transactionOf(given: unknown): OrmTransaction | undefined {
    const usable = given === undefined || (given instanceof EntityManager && given.getDriver() === orm.driver);
    if (!usable) throw mikroOrmError('MIKRO_ORM_TRANSACTION_INVALID');
    const transaction: OrmTransaction | undefined = (given ?? orm.em).getTransactionContext();
    return transaction !== undefined && tree.isOpen(transaction) ? transaction : undefined;
  }

  function insert(
    transaction: OrmTransaction,
    activities: readonly Activity[],
    { isolate, ...insertOptions }: InsertOptions & { readonly isolate: boolean },
  ): Promise<number> {
    return isolate
      ? insertInSavepoint(transaction, activities, insertOptions)
      : insertActivities(postgresClient(orm, transaction), activities, insertOptions);
  }

  async function writeDeferred(activities: readonly Activity[]): Promise<void> {
    if (activities.length === 0) return;
    const told = hooks;
    try {
      await insertActivities(postgresClient(orm), activities);
      told?.afterDeferred(activities);
    } catch (error) {
      told?.afterDeferred(activities, error);
    }
  }

  function listener(): TransactionListener {
    return {
      flushing: (entity) => hooks?.suggestTarget(entity),
      committing: async (root) => {
        await hooks?.beforeCommit(
          root,
          async (activity, { isolate }) => (await insert(root, [activity], { isolate, onlyIfChanged: true })) > 0,
        );
      },
      released: (savepoint, parent) => hooks?.afterRelease(savepoint, parent),
      rolledBack: (savepoint) => hooks?.afterRollback(savepoint),
      ended: async (root, how) => {
        if (how === 'committed') hooks?.afterCommit(root);
        else hooks?.afterRollback(root);
        await writeDeferred(deferred.take(root));
      },
    };
  }
}

/** Reaches every fork: those of now share the event manager, those with a fresh one take the configured subscribers. */
function subscribe(orm: MikroORM, subscriber: EventSubscriber): void {
  orm.em.getEventManager().registerSubscriber(subscriber);
  orm.config.set('subscribers', [...orm.config.get('subscribers'), subscriber]);
}
