/**
 * The trace id of a `traceparent` header, by W3C Trace Context, Recommendation of 23 November 2021, §3.2 and §4.3:
 * version 00 has exactly four parts, a later one may go on after a further dash, ff and all-zero ids are invalid.
 * https://www.w3.org/TR/trace-context-1/#traceparent-header
 */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?$/s;

/** 32 hex digits; undefined where the header is not valid. */
export function traceIdOf(traceparent: string): string | undefined {
  const [, version, traceId, rest] = TRACEPARENT.exec(traceparent.trim()) ?? [];
  return version === '00' && rest !== undefined ? undefined : traceId;
}
