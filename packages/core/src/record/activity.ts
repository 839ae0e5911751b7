import type { ActorColumns } from './actor.ts';
import type { Changes } from './changes.ts';
import type { Outcome } from './outcome.ts';
import type { Json, JsonObject } from './serialize.ts';
import type { StoredRelated, TargetColumns } from './target.ts';

/** What made the record. */
export type Observer = 'trpc' | 'envelop' | 'mikro-orm' | 'trigger' | 'manual' | 'cli';

/** Where from and in which request. Every field is text of bounded length; none is a secret. */
export interface ActivityContext {
  /** Client address: IPv4 or IPv6 text, nothing else. */
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
  /** HTTP method in upper case. */
  readonly method?: string | undefined;
  /** Path without query string. */
  readonly path?: string | undefined;
  readonly requestId?: string | undefined;
  /** W3C trace id: 32 hex digits. */
  readonly traceId?: string | undefined;
  /** Id of the session or token (`jti`), never the token. */
  readonly sessionId?: string | undefined;
  readonly tenant?: string | undefined;
}

/** The record of one intended act. Nothing in it is undefined: what is not known is null. */
export interface Activity extends ActorColumns, TargetColumns {
  /** UUIDv7 (RFC 9562 §5.7). */
  readonly id: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  /** Name of the model: the kind of activity. */
  readonly model: string;
  /** The model's own columns by property name; times are ISO 8601 text. Null: it has none. */
  readonly columns: JsonObject | null;
  /** `resource.verb`. */
  readonly action: string;
  readonly outcome: Outcome;
  readonly outcomeCode: string | null;
  readonly related: readonly StoredRelated[] | null;
  readonly tool: string | null;
  /** The template; render it with {@link renderMessage} and `messageValues`. */
  readonly message: string | null;
  readonly messageValues: Readonly<Record<string, Json>> | null;
  readonly reason: string | null;
  readonly changes: Changes | null;
  /** The allow-listed part of the validated input. */
  readonly input: JsonObject | null;
  readonly context: Omit<ActivityContext, 'tenant'>;
  readonly metadata: JsonObject;
  readonly observer: Observer;
  /** The application instance that wrote it. */
  readonly source: string;
  readonly tenant: string | null;
  /** Same for everything that belongs to one flow, for example one HTTP request. */
  readonly correlationId: string | null;
  /** The activity that directly caused this one. */
  readonly causationId: string | null;
}
