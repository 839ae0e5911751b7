import type { ActivityContext, Observer } from '../record/activity.ts';
import type { ActorKind } from '../record/actor.ts';
import type { EffectChanges, EffectOp } from '../record/effect.ts';
import type { Outcome } from '../record/outcome.ts';
import type { Json, JsonObject } from '../record/serialize.ts';
import type { StoredRelated } from '../record/target.ts';

/** An actor as it is shown. */
export interface ActorItem {
  readonly kind: ActorKind;
  readonly id: string | null;
  readonly label: string | null;
}

/** For whom the actor before it acts, and by which means (`impersonation`, `token`, …). */
export interface OnBehalfOfItem extends ActorItem {
  readonly via: string | null;
}

/** One changed field of an activity. With `treatment` the values are not the real ones. */
export interface ChangeItem {
  readonly field: string;
  readonly old: Json;
  readonly new: Json;
  /** `redact`: not stored; `hash`: a keyed hash; `unknown`: the old value was never loaded. Absent: as it was. */
  readonly treatment?: 'redact' | 'hash' | 'unknown';
}

/** One row change. */
export interface EffectItem {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** Schema and table: `public.patient`. */
  readonly table: string;
  readonly op: EffectOp;
  readonly key: string;
  /** Field by name: the old and the new value. */
  readonly changes: EffectChanges;
}

/** An activity as every door gives it out: plain JSON, its message rendered, its effects inside. */
export interface ActivityItem {
  /** A UUID. That of an unexplained effect is its number: `00000000-0000-0000-0000-00000000002a`. */
  readonly id: string;
  /** When it occurred, ISO 8601. */
  readonly timestamp: string;
  readonly recordedAt: string;
  /** Null: not known, which is not the same as anonymous. */
  readonly actor: ActorItem | null;
  /** The chain behind the actor, nearest first. */
  readonly onBehalfOf: readonly OnBehalfOfItem[] | null;
  readonly action: string;
  readonly outcome: Outcome;
  readonly outcomeCode: string | null;
  /** Rendered. */
  readonly message: string | null;
  readonly objectType: string | null;
  readonly objectId: string | null;
  readonly objectLabel: string | null;
  readonly related: readonly StoredRelated[];
  readonly tool: string | null;
  readonly reason: string | null;
  readonly input: JsonObject | null;
  readonly context: Omit<ActivityContext, 'tenant'>;
  readonly metadata: JsonObject;
  readonly observer: Observer;
  readonly source: string;
  readonly tenant: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly model: string;
  /** Own columns of the model by property name. */
  readonly columns: JsonObject | null;
  readonly changes: readonly ChangeItem[];
  /** Oldest first, at most {@link MAX_EFFECTS}. */
  readonly effects: readonly EffectItem[];
  /** True: there are more effects than are listed. */
  readonly effectsCut: boolean;
  /** True: a row change that no activity explains, shown as an item of its own. */
  readonly unexplained: boolean;
}

/** Most effects that are listed inside one activity. */
export const MAX_EFFECTS = 100;

/** `action` of an unexplained effect's item. */
export const UNEXPLAINED_ACTIONS: Readonly<Record<EffectOp, string>> = {
  I: 'row.insert',
  U: 'row.update',
  D: 'row.delete',
  T: 'row.truncate',
  S: 'row.suppressed',
};

/** A page of a listing, newest first. */
export interface ActivityPage {
  /** Null where it was not asked for. */
  readonly count: number | null;
  /** False: `count` is an estimate, because counting all would take long. */
  readonly countExact: boolean;
  /** May be fewer than `limit` although `next` is not null: where a filter is not indexed, a bounded number of records is examined for one page. */
  readonly results: readonly ActivityItem[];
  /** Pass as `after` for what is older; null: there is nothing. */
  readonly next: string | null;
  /** Pass as `before` for what is newer; null: this is the beginning. */
  readonly previous: string | null;
}

/** What happened since a cursor, oldest first. */
export interface TailBatch {
  readonly results: readonly ActivityItem[];
  /** Pass to the next call. */
  readonly cursor: string;
  /** True: call again at once, there is more. */
  readonly more: boolean;
}

export interface ChartBucket {
  /** Its beginning, ISO 8601. */
  readonly at: string;
  readonly success: number;
  readonly failure: number;
  readonly denied: number;
  readonly unknown: number;
}

export interface ActivityChart {
  readonly from: string;
  readonly until: string;
  /** Equally long, oldest first, empty ones included. */
  readonly buckets: readonly ChartBucket[];
  /** False: the range holds more than is counted for a chart; `from` says since when it is complete. */
  readonly complete: boolean;
}

/** A model that a reader may see. */
export interface ModelItem {
  readonly name: string;
  /** The model of activities that name no other. */
  readonly default: boolean;
  /** Own columns, hidden ones left out. */
  readonly columns: readonly { readonly name: string; readonly type: string; readonly items?: readonly Json[] }[];
  /** Names that are hidden from this reader. */
  readonly hidden: readonly string[];
}

/** What `reconcile` found wrong. */
export interface FindingItem {
  /** For example `unexplained-effect`, `effectless-activity`, `broken-continuity`, `left-live-row`. */
  readonly kind: string;
  readonly table: string | null;
  readonly key: string | null;
  readonly field: string | null;
  readonly at: string | null;
  readonly databaseUser: string | null;
  readonly transaction: string | null;
  readonly activityId: string | null;
  readonly detail: string | null;
}
