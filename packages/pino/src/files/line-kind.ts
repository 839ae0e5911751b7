/** Where a line goes: audit records, requests and calls, or what the application itself says. */
export type LineKind = 'audit' | 'api' | 'app';

export const LINE_KINDS: readonly LineKind[] = ['audit', 'api', 'app'];

export type PerKind<Value> = Readonly<Record<LineKind, Value>>;

export function perKind<Value>(valueOf: (kind: LineKind) => Value): Record<LineKind, Value> {
  return { audit: valueOf('audit'), api: valueOf('api'), app: valueOf('app') };
}
