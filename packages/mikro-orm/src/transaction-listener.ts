import type { TransactionHooks } from '@deedlog/core';
import type { ActivityWriter } from './activity-writer.ts';
import type { OrmTransaction } from './postgres-client.ts';

/** What becomes of the transactions and flushes of one orm. */
export interface TransactionListener {
  flushing(entity: object, transaction: OrmTransaction | undefined): void;
  committing(root: OrmTransaction): Promise<void>;
  released(savepoint: OrmTransaction, parent: OrmTransaction): void;
  rolledBack(savepoint: OrmTransaction): void;
  ended(root: OrmTransaction, how: 'committed' | 'rolledBack'): Promise<void>;
}

/** Tells deedlog; `hooksNow` gives undefined once the store is closed, because MikroORM cannot unsubscribe. */
export function transactionListener(writer: ActivityWriter, hooksNow: () => TransactionHooks | undefined): TransactionListener {
  return {
    flushing: (entity, transaction) => hooksNow()?.suggestTarget(entity, transaction),
    async committing(root) {
      await hooksNow()?.beforeCommit(root, async (activity, { isolate }) => {
        const inserted = await writer.join(root, [activity], { isolate, onlyIfChanged: true });
        return inserted > 0;
      });
    },
    released: (savepoint, parent) => hooksNow()?.afterRelease(savepoint, parent),
    rolledBack: (savepoint) => hooksNow()?.afterRollback(savepoint),
    async ended(root, how) {
      const hooks = hooksNow();
      if (hooks === undefined) return;
      if (how === 'committed') hooks.afterCommit(root);
      else hooks.afterRollback(root);
      await writer.writeDeferred(hooks, root);
    },
  };
}
