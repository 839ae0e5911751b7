import type { Observer } from '../record/activity.ts';
import type { ActorKind } from '../record/actor.ts';
import type { Outcome } from '../record/outcome.ts';
import type { Json } from '../record/serialize.ts';

/** A place in a listing: opaque, URL-safe text, as a page gave it. It holds a time and an id, nothing secret. */
export type Cursor = string;

/** Activities on a page where no limit is asked for. */
export const DEFAULT_LIMIT = 50;
/** Most activities on a page. */
export const MAX_LIMIT = 500;
/** Longest text to search for, in characters. */
export const MAX_TEXT = 200;
/** Most bars of a chart. */
export const MAX_BUCKETS = 500;

/** Which activities. Every filter narrows; an absent one leaves all. */
export interface ActivityFilter {
  /** Name of the model. Default: `default` in a listing, every readable model in the history of an object or an actor. */
  readonly model?: string | undefined;
  /** Occurred at this time or later. */
  readonly from?: Date | undefined;
  /** Occurred before this time. */
  readonly until?: Date | undefined;
  readonly actor?: { readonly id?: string | undefined; readonly kind?: ActorKind | undefined } | undefined;
  /** A whole action, `invoice.approve`, or all that begin so: `invoice.*`. */
  readonly action?: string | undefined;
  readonly target?: { readonly type: string; readonly id?: string | undefined } | undefined;
  readonly tool?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly tenant?: string | undefined;
  readonly observer?: Observer | undefined;
  /** Own columns of the model by property name; null: it has no value. */
  readonly columns?: Readonly<Record<string, Json>> | undefined;
  /**
   * Each word is the beginning of a word in the action, message, reason, tool, outcome code, or the label or id of actor or target; any case.
   * For a reader from whom fields are hidden the message is not searched.
   */
  readonly text?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly requestId?: string | undefined;
  /** True: row changes that no activity explains, as items. Only time, `target` (table and key) and paging apply to them. */
  readonly unexplained?: boolean | undefined;
}

/** One page of a filter, newest first by time and id. */
export interface ActivityQuery extends ActivityFilter {
  /** 1 to {@link MAX_LIMIT}. Default {@link DEFAULT_LIMIT}. */
  readonly limit?: number | undefined;
  /** Continue with what is older: `next` of a page. Not together with `before`. */
  readonly after?: Cursor | undefined;
  /** Go back to what is newer: `previous` of a page. */
  readonly before?: Cursor | undefined;
  /** Whether to count what the filter holds. Default true. */
  readonly count?: boolean | undefined;
}

/** How a filter's activities are spread over time. */
export interface ChartQuery extends ActivityFilter {
  /** 1 to {@link MAX_BUCKETS}. Default 60. */
  readonly buckets?: number | undefined;
}
