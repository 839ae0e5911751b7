import type { TransactionHooks } from '../deliver/store.ts';
import type { Recorder } from './recorder.ts';

/** What a store tells about transactions, brought to the open intent and the delivery. */
export function transactionHooks(recorder: Recorder): TransactionHooks {
  const { delivery } = recorder;
  return {
    async beforeCommit(transaction, write) {
      const { scope } = recorder;
      if (scope?.intent === undefined || scope.paused) return;
      await scope.intent.joinTransaction(transaction, write);
    },
    afterCommit(transaction) {
      recorder.scope?.intent?.suggestions.committed(transaction);
      delivery.committed(delivery.transactions.take(transaction));
    },
    afterRollback(transaction) {
      recorder.scope?.intent?.suggestions.rolledBack(transaction);
      for (const { rolledBack } of delivery.transactions.take(transaction)) rolledBack?.();
    },
    afterRelease(savepoint, parent) {
      recorder.scope?.intent?.suggestions.released(savepoint, parent);
      delivery.transactions.move(savepoint, parent);
    },
    afterDeferred(activities, error) {
      delivery.deferred(activities, error);
    },
    suggestTarget(entity, transaction) {
      recorder.scope?.intent?.suggestions.add(entity, transaction);
    },
  };
}
