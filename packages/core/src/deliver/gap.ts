import { createId } from '../record/id.ts';
import type { Activity } from '../record/activity.ts';

/** The action of the record that stands for lost ones. */
export const GAP_ACTION = 'deedlog.gap';

/** Most different actions that a gap names. */
const MAX_ACTIONS = 20;

/** Remembers what was lost until it can be recorded: a hole in the log must show as a hole. */
export class Gap {
  #lost = 0;
  #from = new Date(0);
  #to = new Date(0);
  readonly #actions = new Set<string>();

  get open(): boolean {
    return this.#lost > 0;
  }

  add({ occurredAt, action }: Activity): void {
    if (this.#lost++ === 0) this.#from = occurredAt;
    this.#to = occurredAt;
    if (this.#actions.size < MAX_ACTIONS) this.#actions.add(action);
  }

  /** The record of the gap; the gap is closed. Put it back with {@link reopen} where it could not be stored. */
  take(source: string): { activity: Activity; lost: number } {
    const now = new Date();
    const lost = this.#lost;
    const activity: Activity = {
      id: createId(),
      occurredAt: now,
      recordedAt: now,
      action: GAP_ACTION,
      outcome: 'unknown',
      outcomeCode: 'STORE_WRITE_FAILED',
      actorKind: 'system',
      actorId: 'deedlog',
      actorLabel: null,
      onBehalfOf: null,
      targetType: null,
      targetId: null,
      targetLabel: null,
      related: null,
      tool: null,
      message: null,
      messageValues: null,
      reason: null,
      changes: null,
      input: null,
      context: {},
      metadata: { lost, from: this.#from.toISOString(), to: this.#to.toISOString(), actions: [...this.#actions] },
      observer: 'manual',
      source,
      tenant: null,
      correlationId: null,
      causationId: null,
    };
    this.#lost = 0;
    return { activity, lost };
  }

  reopen(lost: number): void {
    this.#lost += lost;
  }
}
