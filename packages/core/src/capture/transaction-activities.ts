import type { TransactionActivity } from '../deliver/store.ts';
import { createId } from '../record/id.ts';
import { leastRecord } from './least-record.ts';
import type { Recorder } from './recorder.ts';
import type { Scope } from './scope.ts';

/**
 * Which activity explains what triggers see in a transaction: the open intent; else, where it is known who acts, one activity for
 * each scope and transaction, which is recorded only if a trigger really wrote effects for it.
 */
export class TransactionActivities {
  readonly #recorder: Recorder;
  readonly #fallbacks = new WeakMap<object, Map<Scope, TransactionActivity>>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  current(transaction: object): TransactionActivity | undefined {
    const { scope } = this.#recorder;
    if (scope === undefined || scope.paused) return undefined;
    if (scope.suppression !== undefined) return scope.suppression.activity;
    if (scope.intent?.explains === true) return scope.intent.inTransaction;
    return scope.actor === undefined ? undefined : this.#fallback(transaction, scope);
  }

  #fallback(transaction: object, scope: Scope): TransactionActivity {
    const known = this.#fallbacks.get(transaction) ?? new Map<Scope, TransactionActivity>();
    this.#fallbacks.set(transaction, known);
    const found = known.get(scope);
    if (found !== undefined) return found;
    const made = this.#make(createId(), scope);
    known.set(scope, made);
    return made;
  }

  #make(id: string, scope: Scope): TransactionActivity {
    const recorder = this.#recorder;
    return {
      id,
      isolate: recorder.settings.onFailure !== 'closed',
      isUnrecorded: () => true,
      least: (effects) => leastRecord({ id, effects, scope }, recorder),
    };
  }
}
