import type { TransactionActivity } from '../deliver/store.ts';
import type { Activity } from '../record/activity.ts';
import { createId } from '../record/id.ts';
import type { Draft } from './draft.ts';
import { prepare } from './prepare.ts';
import type { Recorder } from './recorder.ts';
import type { Scope } from './scope.ts';
import { draftBy } from './track-activity.ts';

/** The action of the record that `suppress` leaves. */
export const SUPPRESS_ACTION = 'deedlog.suppress';

interface Counts {
  readonly changes: number;
  readonly activities: number;
}

/** What happens inside `deedlog.suppress`: not recorded, but counted. */
export class Suppression {
  changes = 0;
  activities = 0;
  /** The record of the suppression: triggers cannot be suppressed, and their effects belong to it. */
  readonly activity: TransactionActivity;
  readonly #recorder: Recorder;
  readonly #outer: Scope;
  readonly #reason: string;
  readonly #id: string = createId();
  readonly #occurredAt: Date = new Date();
  #ended = false;
  /** What was counted by the time of a record that went with effects. */
  #written: Counts | undefined;
  #committed: Counts | undefined;

  constructor(recorder: Recorder, outer: Scope, reason: string) {
    this.#recorder = recorder;
    this.#outer = outer;
    this.#reason = reason;
    this.activity = {
      id: this.#id,
      isolate: true,
      isUnrecorded: () => !this.#ended && this.#committed === undefined,
      told: () => [],
      least: () => this.#withEffects(),
    };
  }

  /** The transaction with this record has been committed. */
  recorded({ id }: Activity): void {
    if (id === this.#id) this.#committed = this.#written;
  }

  /** Records it, or what it has counted since its record went with effects. */
  async end(): Promise<void> {
    this.#ended = true;
    const before = this.#committed ?? { changes: 0, activities: 0 };
    const since = { changes: this.changes - before.changes, activities: this.activities - before.activities };
    if (this.#committed !== undefined && since.changes === 0 && since.activities === 0) return;
    const draft = await this.#draft(since);
    const more = this.#committed === undefined ? draft : { ...draft, id: createId(), occurredAt: new Date(), causationId: this.#id };
    await this.#recorder.record(more, { strictness: 'lenient' });
  }

  /** In the transaction of the first effects, so that they point to it even if the process does not live to the end. */
  async #withEffects(): Promise<Activity> {
    const counts = { changes: this.changes, activities: this.activities };
    this.#written = counts;
    return prepare(await this.#draft(counts), this.#recorder.settings, 'lenient');
  }

  async #draft(metadata: Counts): Promise<Draft> {
    const { id: _id, ...draft } = draftBy((await this.#outer.actor) ?? null, { action: SUPPRESS_ACTION, reason: this.#reason, metadata: { ...metadata } }, this.#outer);
    // No catalogue has this action.
    return { ...draft, id: this.#id, occurredAt: this.#occurredAt, actionDeclared: false };
  }
}
