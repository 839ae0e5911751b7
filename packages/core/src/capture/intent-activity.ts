import type { TransactionActivity, TriggeredEffects } from '../deliver/store.ts';
import type { Activity } from '../record/activity.ts';
import { leastRecord } from './least-record.ts';
import type { OpenIntent } from './open-intent.ts';
import type { Receipt } from './receipt.ts';
import type { Recorder } from './recorder.ts';

/** An intent as triggers see it: its id, and a record to point to even where its own one is left out. */
export class IntentActivity implements TransactionActivity {
  /** No record will have the intent's id: an ignore rule, `skip` or a refusal keeps it out of the log. */
  left = false;
  readonly #intent: OpenIntent;
  readonly #recorder: Recorder;

  constructor(intent: OpenIntent, recorder: Recorder) {
    this.#intent = intent;
    this.#recorder = recorder;
  }

  get id(): string {
    return this.#intent.id;
  }

  get isolate(): boolean {
    return this.#intent.policy !== 'closed';
  }

  isUnrecorded(): boolean {
    return this.left;
  }

  /** Where the record was written or refused on its own. */
  async noting(recording: Promise<Receipt>): Promise<Receipt> {
    const receipt = await recording;
    this.left = receipt.status === 'ignored' || (receipt.error !== undefined && this.#intent.policy === 'open');
    return receipt;
  }

  least(effects: TriggeredEffects): Promise<Activity> {
    const { id, scope, action } = this.#intent;
    return leastRecord({ id, effects, scope, action }, this.#recorder);
  }
}
