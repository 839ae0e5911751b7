import type { Store, TransactionHooks } from '@deedlog/core';
import { checkTables } from '@deedlog/postgres';
import type { EventSubscriber, MikroORM } from '@mikro-orm/core';
import { ActivityWriter } from './activity-writer.ts';
import { checkOrm } from './check-orm.ts';
import { targetDescriber } from './describe-target.ts';
import type { TargetLabels } from './describe-target.ts';
import { mikroOrmError } from './errors.ts';
import { hideSchema } from './hide-schema.ts';
import { postgresClient } from './postgres-client.ts';
import { transactionListener } from './transaction-listener.ts';
import { transactionSubscriber } from './transaction-subscriber.ts';
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
 * none is written on a connection of its own. It hides deedlog's tables from the orm's schema generator. Closing it leaves the orm open.
 *
 * Throws `MIKRO_ORM_VERSION_UNSUPPORTED`, `MIKRO_ORM_DRIVER_UNSUPPORTED` or `MIKRO_ORM_MODEL_UNKNOWN` at once, `MIKRO_ORM_ALREADY_CONNECTED`
 * from `createDeedlog`; `check()` rejects with `POSTGRES_TABLES_MISSING`.
 */
export function mikroOrmStore(orm: MikroORM, options: MikroOrmStoreOptions = {}): Store {
  checkOrm(orm);
  hideSchema(orm);
  const tree = new TransactionTree();
  const writer = new ActivityWriter(orm, tree);
  let hooks: TransactionHooks | undefined;
  return {
    describeTarget: targetDescriber(orm, options.label ?? {}),
    connect(given) {
      if (connected.has(orm)) throw mikroOrmError('MIKRO_ORM_ALREADY_CONNECTED');
      connected.add(orm);
      hooks = given;
      subscribe(orm, transactionSubscriber(tree, transactionListener(writer, () => hooks)));
    },
    transactionOf: (transaction) => writer.transactionOf(transaction),
    async write(activities, { transaction: given, isolate = false, survive = false, own = false } = {}) {
      const transaction = own ? undefined : writer.transactionOf(given);
      if (transaction === undefined) {
        await writer.insertOwn(activities);
        return { at: 'own' };
      }
      if (survive) {
        writer.defer(transaction, activities);
        return { at: 'deferred' };
      }
      await writer.join(transaction, activities, { isolate });
      return { at: 'joined', transaction };
    },
    check: () => checkTables(postgresClient(orm)),
    async close() {
      if (hooks === undefined) return;
      // What is left waits for transactions whose end was never told, for example because their connection broke.
      await writer.writeDeferred(hooks);
      hooks = undefined;
      connected.delete(orm);
    },
  };
}

/** Reaches every fork: those of now share the event manager, those with a fresh one take the configured subscribers. */
function subscribe(orm: MikroORM, subscriber: EventSubscriber): void {
  orm.em.getEventManager().registerSubscriber(subscriber);
  orm.config.set('subscribers', [...orm.config.get('subscribers'), subscriber]);
}
