import type { JsonObject } from '@deedlog/core';
import type { AuditLevel } from '../levels.ts';

/** What one record becomes: the level, the message and the further fields of a pino line. */
export interface Line {
  /** Lines of the same shape have the same fields. */
  readonly shape: 'activity' | 'crud' | 'effect' | 'request' | 'loss';
  readonly level: AuditLevel | 'warn';
  /** When it happened, which is not when it is written. */
  readonly time: Date;
  readonly message: string;
  readonly fields: JsonObject;
}
