/**
 * The levels of audit lines, between pino's `info` (30) and `warn` (40), as django-activity-audit has 21 and 22 above its `INFO`
 * of 20. `audit`: activities and effects. `api`: requests that came in and calls that went out.
 */
export const AUDIT_LEVELS: { readonly audit: 31; readonly api: 32 } = { audit: 31, api: 32 };

export type AuditLevel = keyof typeof AUDIT_LEVELS;

/** pino's own levels (pino 10, docs/api.md "logger.levels"). */
const PINO_LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };

/**
 * Every level under the label that stands on a line, which is in upper case, and under pino's own: `{ AUDIT: 31, audit: 31, … }`.
 * `pino.transport({ targets, levels: lineLevels() })` needs it: a worker with several targets chooses among them by the label.
 */
export function lineLevels(customLevels: Readonly<Record<string, number>> = {}): Record<string, number> {
  const own = Object.entries({ ...PINO_LEVELS, ...AUDIT_LEVELS, ...customLevels });
  return Object.fromEntries([...own, ...own.map(([label, value]) => [label.toUpperCase(), value])]) as Record<string, number>;
}
