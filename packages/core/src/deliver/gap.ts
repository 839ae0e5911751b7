import { createId } from '../record/id.ts';
import type { Activity } from '../record/activity.ts';
import { DEFAULT_MODEL } from '../record/model.ts';

/** The action of the record that stands for lost ones. */
export const GAP_ACTION = 'deedlog.gap';

/** Most different actions that a gap names. */
const MAX_ACTIONS = 20;

/** What was lost between two times. */
export interface Loss {
  readonly count: number;
  readonly from: Date;
  readonly to: Date;
  readonly actions: readonly string[];
}

/** Remembers what was lost until it can be recorded: a hole in the log must show as a hole. */
export class Gap {
  #loss: Loss | undefined;

  get open(): boolean {
    return this.#loss !== undefined;
  }

  add({ occurredAt, action }: Activity): void {
    this.reopen({ count: 1, from: occurredAt, to: occurredAt, actions: [action] });
  }

  /** What was lost so far; the gap is closed. Put it back with {@link reopen} where it could not be stored. */
  take(): Loss | undefined {
    const loss = this.#loss;
    this.#loss = undefined;
    return loss;
  }

  reopen(loss: Loss): void {
    const known = this.#loss;
    this.#loss = known === undefined ? loss : join(known, loss);
  }
}

function join(one: Loss, other: Loss): Loss {
  return {
    count: one.count + other.count,
    from: one.from < other.from ? one.from : other.from,
    to: one.to > other.to ? one.to : other.to,
    actions: [...new Set([...one.actions, ...other.actions])].slice(0, MAX_ACTIONS),
  };
}

/** The record that stands for what was lost. */
export function gapActivity({ count, from, to, actions }: Loss, source: string): Activity {
  const now = new Date();
  return {
    id: createId(now.getTime()),
    occurredAt: now,
    recordedAt: now,
    model: DEFAULT_MODEL,
    columns: null,
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
    metadata: { lost: count, from: from.toISOString(), to: to.toISOString(), actions },
    observer: 'manual',
    source,
    tenant: null,
    correlationId: null,
    causationId: null,
  };
}
