import type { Activity, Observer } from '../record/activity.ts';
import type { ActorKind } from '../record/actor.ts';
import type { ModelColumn, ModelShape } from '../record/model.ts';
import type { Outcome } from '../record/outcome.ts';
import type { Position } from './cursor.ts';
import type { ActivityChart, EffectItem } from './item.ts';
import type { ObjectReference } from './reader.ts';

/** Filters as they were checked: every value is of its type, bounded, and in the form in which it is stored. */
export interface SearchFilter {
  readonly from?: Date | undefined;
  readonly until?: Date | undefined;
  readonly actorId?: string | undefined;
  readonly actorKind?: ActorKind | undefined;
  readonly action?: string | undefined;
  /** Ends with a dot. */
  readonly actionPrefix?: string | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly tool?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly tenant?: string | undefined;
  readonly observer?: Observer | undefined;
  readonly columns: readonly ColumnFilter[];
  /** Beginnings of words, all of which must be found. */
  readonly words: readonly string[];
  readonly correlationId?: string | undefined;
  readonly requestId?: string | undefined;
}

export interface ColumnFilter {
  /** Of the property. */
  readonly name: string;
  readonly column: ModelColumn;
  /** In the text form of its type; null: it has no value. */
  readonly value: string | null;
}

/** Parts of an activity that text is searched in. */
export type TextPart = 'message' | 'reason' | 'actor' | 'target' | 'tool' | 'outcomeCode';

/** What of the log is asked for, and may be seen. A source must obey all of it in its own query. */
export interface Search {
  /** Never empty. */
  readonly models: readonly string[];
  readonly tenants: 'all' | readonly string[];
  readonly filter: SearchFilter;
  /** Where the words may be looked for, beside the action. */
  readonly textParts: ReadonlySet<TextPart>;
  /** Only the history of this object: as target, related, or by effects of its row. */
  readonly object?: ObjectReference | undefined;
  /** Only what is related to a person of this id in the role `data-subject`. */
  readonly dataSubject?: string | undefined;
  /** `only`: effects without an activity instead of activities. `also`: those of the object's row among them. */
  readonly unexplained: 'no' | 'also' | 'only';
}

export interface PageSearch extends Search {
  readonly limit: number;
  readonly count: boolean;
  /** Only what is older, or newer, than this. */
  readonly position?: (Position & { readonly direction: 'older' | 'newer' }) | undefined;
}

/** What a source found: an activity with its effects, or an effect that no activity explains. */
export type FoundRecord = { readonly position: Position } & (
  | { readonly activity: Activity; readonly effects: readonly EffectItem[]; readonly effectsCut: boolean }
  | { readonly activity?: undefined; readonly effect: EffectItem }
);

export interface FoundPage {
  /** Newest first, whatever the direction. */
  readonly records: readonly FoundRecord[];
  /** Where to go on in the direction of the search; undefined: there is nothing more. */
  readonly continueAt?: Position | undefined;
  readonly count: number | null;
  readonly countExact: boolean;
}

export interface FoundTail {
  readonly records: readonly FoundRecord[];
  readonly cursor: readonly string[];
  readonly more: boolean;
}

/** Where a {@link Reader} gets its records: PostgreSQL, or memory. It knows nothing of policies; {@link Search} tells it what may be seen. */
export interface LogSource {
  /** Models with own columns, by name; `default` need not be among them. */
  readonly models: ReadonlyMap<string, ModelShape>;
  page(search: PageSearch): Promise<FoundPage>;
  /** First pages of the histories of many objects, in their order. Absent: a page each. */
  histories?(search: PageSearch, objects: readonly ObjectReference[]): Promise<readonly FoundPage[]>;
  get(id: string, search: Search): Promise<FoundRecord | undefined>;
  chart(search: Search, buckets: number): Promise<ActivityChart>;
  /** `after`: what it gave as a cursor, unchecked. Throws `CURSOR_INVALID`. */
  tail(search: Search, after: readonly string[] | undefined): Promise<FoundTail>;
}
