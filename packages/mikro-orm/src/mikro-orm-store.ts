import type { Store, TransactionHooks } from '@deedlog/core';
import type { EventSubscriber, MikroORM } from '@mikro-orm/core';
import { ActivityWriter } from './activity-writer.ts';
import { requireTriggers } from './audit-triggers.ts';
import { auditedEntities } from './audited-entities.ts';
import type { AuditedEntities } from './audited-entities.ts';
import { checkOrm } from './check-orm.ts';
import { connectModels, disconnect, isConnected } from './connected-models.ts';
import { targetDescriber } from './describe-target.ts';
import type { TargetLabels } from './describe-target.ts';
import { mikroOrmError } from './errors.ts';
import { FlowGuard } from './flow-guard.ts';
import { FlushCapture } from './flush-capture.ts';
import { hideSchema } from './hide-schema.ts';
import { sameDatabase } from './records-place.ts';
import { placeOf } from './separate-log.ts';
import type { SeparateLog } from './separate-log.ts';
import { transactionListener } from './transaction-listener.ts';
import { transactionSubscriber } from './transaction-subscriber.ts';
import { TransactionTree } from './transaction-tree.ts';
import { adoptTransaction, triggerContext } from './trigger-context/trigger-context.ts';
import { triggerTables } from './trigger-context/trigger-tables.ts';

export interface MikroOrmStoreOptions {
  /** How people read a target, by entity name. Default: no labels. */
  readonly label?: TargetLabels;
  /**
   * Keeps the log in a database of its own: what {@link separateLog} made for this orm. The store then starts and closes its
   * relay. Default: the orm's own database.
   */
  readonly log?: SeparateLog;
  /** The secret key of fields that `auditable` treats by hash: HMAC-SHA-256. Another key makes other hashes. Default: none. */
  readonly hashKey?: string;
  /**
   * How long a write may take that is in no transaction, in milliseconds; then it is refused with `MIKRO_ORM_WRITE_LATE`, and the failure policy
   * decides. Shorter: a busy pool sends records into the spool, or makes gaps. Longer: that long a caller, the end of a transaction and
   * `close()` can be held up by a pool that has no connection left. Default 10 000.
   */
  readonly ownWriteMs?: number;
}

/**
 * In milliseconds. The pool of MikroORM 7.2 waits without end for a connection that was killed in a transaction; ten seconds are longer than
 * a busy pool or a failover lets anybody wait as a rule, and shorter than the time that supervisors give a process to end.
 */
const DEFAULT_OWN_WRITE_MS = 10_000;

/**
 * Stores activities in the orm's database (PostgreSQL or PGlite), in the transaction of the change they belong to. It sees the
 * transactions of this orm: implicit ones of `em.flush()`, `em.transactional()`, `em.begin()`, savepoints. What runs in
 * none is written on a connection of its own. It hides deedlog's tables from the orm's schema generator. Closing it leaves the orm open.
 * Subscribers of yours that add change sets in `onFlush` must be registered before `createDeedlog`, for example in the orm's `subscribers`:
 * what comes later it does not see.
 *
 * Throws `MIKRO_ORM_VERSION_UNSUPPORTED`, `MIKRO_ORM_DRIVER_UNSUPPORTED` or `MIKRO_ORM_MODEL_UNKNOWN` at once, and for entities under triggers
 * `MIKRO_ORM_CAPTURE_MIXED`, `MIKRO_ORM_FIELD_NO_COLUMN`, `MIKRO_ORM_KEY_NESTED`, `MIKRO_ORM_TABLE_UNKNOWN`; from `createDeedlog` `MIKRO_ORM_ALREADY_CONNECTED`,
 * `MIKRO_ORM_FIELD_UNKNOWN`, `MIKRO_ORM_HASH_KEY_MISSING` or `MIKRO_ORM_TRIGGERS_SEPARATE_LOG`, and `MODEL_UNKNOWN` or `MODEL_COLUMN_MISSING`
 * where `auditable` names a model that cannot serve; a flush rejects with
 * `MIKRO_ORM_ENTITY_MANAGER_SHARED`; a write in no transaction with `MIKRO_ORM_WRITE_LATE`; `check()` rejects with `POSTGRES_TABLES_MISSING` or `MIKRO_ORM_TRIGGERS_DRIFTED`.
 */
export function mikroOrmStore(orm: MikroORM, options: MikroOrmStoreOptions = {}): Store {
  checkOrm(orm);
  hideSchema(orm);
  const tree = new TransactionTree();
  const place = options.log === undefined ? sameDatabase(orm) : placeOf(options.log, orm);
  const writer = new ActivityWriter({ orm, tree, place, ownWriteMs: options.ownWriteMs ?? DEFAULT_OWN_WRITE_MS });
  let hooks: TransactionHooks | undefined;
  let unwatch: (() => Promise<void>) | undefined;
  let audits: AuditedEntities = new Map();
  const describe = targetDescriber(orm, options.label ?? {}, (meta) => audits.get(meta._id)?.label);
  return {
    describeTarget: describe,
    connect(given, models = new Map()) {
      if (isConnected(orm)) throw mikroOrmError('MIKRO_ORM_ALREADY_CONNECTED');
      audits = auditedEntities(orm, options.hashKey);
      for (const { model } of audits.values()) if (model !== undefined) given.checkModel(model);
      const tables = triggerTables(orm.getMetadata(), orm.config.get('schema'));
      if (tables.length > 0 && options.log !== undefined) throw mikroOrmError('MIKRO_ORM_TRIGGERS_SEPARATE_LOG');
      connectModels(orm, models);
      place.useModels(models);
      hooks = given;
      options.log?.start();
      const seen = new Map([...audits].filter(([, { capture }]) => capture === 'subscriber'));
      const capture = new FlushCapture(seen, { orm, describe, rules: { hashKey: options.hashKey ?? '', isDenied: given.isDenied }, whole: new WeakSet() });
      const hooksNow = (): TransactionHooks | undefined => hooks;
      const listener = transactionListener({ writer, capture, hooksNow, adopt: tables.length > 0 ? adoptTransaction : undefined });
      if (tables.length > 0) unwatch = triggerContext({ orm, writer, listener, hooksNow, tables });
      subscribe(orm, transactionSubscriber(tree, listener, new FlowGuard(() => hooks?.flow())));
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
    async check() {
      await place.check();
      await requireTriggers(orm);
    },
    async close() {
      if (hooks === undefined) return;
      // What is left waits for transactions whose end was never told, for example because their connection broke.
      await writer.writeDeferred(hooks);
      await unwatch?.();
      hooks = undefined;
      disconnect(orm);
      await place.close();
    },
  };
}

/** Reaches every fork: those of now share the event manager, those with a fresh one take the configured subscribers. */
function subscribe(orm: MikroORM, subscriber: EventSubscriber): void {
  orm.em.getEventManager().registerSubscriber(subscriber);
  orm.config.set('subscribers', [...orm.config.get('subscribers'), subscriber]);
}
