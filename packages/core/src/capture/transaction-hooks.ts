import type { TransactionHooks } from '../deliver/store.ts';
import { coreError } from '../errors.ts';
import { DEFAULT_MODEL } from '../record/model.ts';
import { explainChanges } from './explain-changes.ts';
import type { Recorder } from './recorder.ts';
import { TransactionActivities } from './transaction-activities.ts';

/** What a store tells about transactions, brought to the open intent and the delivery. */
export function transactionHooks(recorder: Recorder): TransactionHooks {
  const { delivery } = recorder;
  const activities = new TransactionActivities(recorder);
  const { models } = recorder.settings;
  return {
    async beforeCommit(transaction, write) {
      const { scope } = recorder;
      if (scope?.intent === undefined || scope.paused) return;
      await scope.intent.joinTransaction(transaction, write);
    },
    afterCommit(transaction) {
      const intent = recorder.scope?.intent;
      intent?.suggestions.committed(transaction);
      if (intent?.transaction === transaction) intent.transaction = undefined;
      delivery.committed(transaction);
    },
    afterRollback(transaction) {
      recorder.scope?.intent?.suggestions.rolledBack(transaction);
      delivery.rolledBack(transaction);
    },
    afterRelease(savepoint, parent) {
      recorder.scope?.intent?.suggestions.released(savepoint, parent);
      delivery.released(savepoint, parent);
    },
    afterDeferred(activities, error) {
      delivery.deferred(activities, error);
    },
    suggestTarget(entity, transaction) {
      const intent = recorder.scope?.intent;
      if (intent === undefined) return;
      intent.suggestions.add(entity, transaction);
      intent.transaction = transaction ?? intent.transaction;
    },
    explain: (changes) => explainChanges(changes, recorder),
    activityIn: (transaction) => activities.current(transaction),
    wroteEffects(transaction, { activities }, effects = []) {
      const { scope } = recorder;
      const { claims, intent, suppression } = scope ?? {};
      delivery.effects.wrote(transaction, effects, scope);
      if (intent !== undefined) intent.transaction = transaction;
      for (const activity of activities) {
        delivery.transactions.add(transaction, { activity, recorded: () => suppression?.recorded(activity), rolledBack: () => claims?.release(activity.id) });
      }
    },
    refusedEffects({ activities, activityIds, isolate }, cause) {
      for (const activity of activities) recorder.scope?.claims.release(activity.id);
      const refusal = delivery.refuseEffects(activityIds.length, cause);
      if (!isolate) throw refusal;
    },
    checkModel(name) {
      if (models !== undefined) models.checkFallback(name);
      else if (name !== DEFAULT_MODEL) throw coreError('MODEL_UNKNOWN', JSON.stringify(name));
    },
    isDenied: recorder.settings.isDenied,
    flow: () => recorder.scope?.claims.flow,
  };
}
