import type { ActorColumns } from './actor.ts';
import type { Json, JsonObject } from './serialize.ts';

/** `internal`: a request that came in. `external`: a call that went out. */
export type RequestType = 'internal' | 'external';

/** Header values by lower-case name. Only allowed headers stand here. */
export type RecordedHeaders = Readonly<Record<string, string>>;

export interface RecordedRequest {
  /** HTTP method in upper case; of SFTP the operation: `PUT`, `GET`, `LIST`, … */
  readonly method: string;
  /** Path without query string; of SFTP the remote path. */
  readonly path: string;
  /** Of a call that went out: scheme, host, port and path, without user-info, query or fragment. Null: the request came in. */
  readonly endpoint: string | null;
  readonly query: JsonObject;
  readonly headers: RecordedHeaders;
  /** The allow-listed part, bounded and redacted; null: none, or nothing of it is allowed. */
  readonly body: Json;
}

export interface RecordedResponse {
  /** Null: the protocol has none. */
  readonly statusCode: number | null;
  readonly headers: RecordedHeaders;
  readonly body: Json;
}

/** One request that came in, or one call that went out, once it is over. Nothing in it is undefined: what is not known is null. */
export interface RequestRecord extends ActorColumns {
  /** UUIDv7 (RFC 9562 §5.7). */
  readonly id: string;
  readonly startedAt: Date;
  readonly requestType: RequestType;
  /** `http`, `https` or `sftp`. */
  readonly protocol: string;
  /** This service where a request came in; the one that was called where it went out. */
  readonly serviceName: string;
  readonly request: RecordedRequest;
  /** Null: none came, or none was sent. */
  readonly response: RecordedResponse | null;
  /** Text of the error that ended it, without secrets. */
  readonly error: string | null;
  /** Milliseconds from its beginning until its answer was through. */
  readonly executionTime: number;
  readonly ip: string | null;
  readonly requestId: string | null;
  /** W3C trace id: 32 hex digits. */
  readonly traceId: string | null;
  readonly tenant: string | null;
  /** Same for everything that belongs to one flow: the activities of a request have it, and the calls that it caused. */
  readonly correlationId: string | null;
  /** The activity that was open when it began. */
  readonly causationId: string | null;
}
