import type { ActivityChart, ActivityItem, ActivityPage, FindingItem, ModelItem, TailBatch } from './item.ts';
import type { ReadPolicy } from './policy.ts';
import type { ActivityFilter, ActivityQuery, ChartQuery, Cursor } from './query.ts';

/** One object by type and id, as activities name their target. */
export interface ObjectReference {
  readonly type: string;
  readonly id: string;
}

/** Most objects whose histories are read together. */
export const MAX_OBJECTS = 500;

/**
 * The port to reading a log. Nothing can be read without a policy:
 * `reader.as(await authorize(request)).list({ action: 'invoice.*' })`.
 */
export interface Reader {
  /** The log as this policy lets it be seen. Throws `READ_DENIED` where there is no policy, or one that allows nothing. */
  as(policy: ReadPolicy | null | undefined): LogView;
}

/**
 * The log as one reader may see it. Everything rejects with `QUERY_INVALID` or `CURSOR_INVALID` for what cannot be read, and with
 * `READ_DENIED` for a model, tenant or hidden field that the policy does not allow to be asked for.
 */
export interface LogView {
  list(query?: ActivityQuery): Promise<ActivityPage>;
  /** Undefined: there is none, or none that may be seen. */
  get(id: string): Promise<ActivityItem | undefined>;
  /** One object's whole history: where it is the target, related, or its row changed. */
  history(object: ObjectReference, query?: Omit<ActivityQuery, 'target'>): Promise<ActivityPage>;
  /** The newest of the histories of many objects, in their order, at the cost of few questions to the source. 1 to {@link MAX_OBJECTS} objects. `count`: default false. */
  histories(objects: readonly ObjectReference[], query?: Pick<ActivityQuery, 'limit' | 'count'>): Promise<readonly ActivityPage[]>;
  /** What an actor did, in every model. */
  actor(id: string, query?: Omit<ActivityQuery, 'actor'>): Promise<ActivityPage>;
  /** A person's own access log: who read or changed what about the person (related in the role `data-subject`). */
  access(id: string, query?: ActivityQuery): Promise<ActivityPage>;
  chart(query?: ChartQuery): Promise<ActivityChart>;
  /** What is new since a cursor; without one, nothing yet and a cursor for now. */
  tail(after?: Cursor, filter?: ActivityFilter): Promise<TailBatch>;
  /** The models that may be read. */
  models(): Promise<readonly ModelItem[]>;
  /** What `reconcile` finds, where the host gave one. Needs every tenant and model. */
  findings(): Promise<readonly FindingItem[]>;
}
