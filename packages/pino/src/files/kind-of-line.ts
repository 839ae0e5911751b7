import { AUDIT_LEVELS } from '../levels.ts';
import type { LineKind } from './line-kind.ts';

/** How the lines of `pinoOptions` and of pino itself begin: the level by label or number, the time before it or after. */
const LEVEL = /^\{(?:"timestamp":"[^"\\]*",)?"level":(?:"([^"\\]*)"|(\d+))/;

/** Of a level of pino. */
export function kindOfLevel(level: number): LineKind {
  return level === AUDIT_LEVELS.audit ? 'audit' : level === AUDIT_LEVELS.api ? 'api' : 'app';
}

/** Of a line of JSON that has nothing else by it. */
export function kindOfLine(line: string): LineKind {
  const [, label, level] = LEVEL.exec(line) ?? [];
  if (level !== undefined) return kindOfLevel(Number(level));
  const name = label?.toLowerCase();
  return name === 'audit' || name === 'api' ? name : 'app';
}
