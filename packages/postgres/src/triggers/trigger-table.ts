/** What may be stored of a column: its value, that it changed, or its keyed hash. */
export type CaptureTreatment = 'plain' | 'redact' | 'hash';

export interface TriggerField {
  /** Its name in an effect's changes: the property's. */
  readonly field: string;
  readonly column: string;
  readonly treatment: CaptureTreatment;
}

/** A table whose writes leave effects. Names are unquoted and may hold any character. */
export interface TriggerTable {
  readonly schema: string;
  readonly table: string;
  /** The columns of its key, in the order of a target's id. Empty: a table without a key. */
  readonly key: readonly string[];
  /** The allow-list. Other columns leave no trace of their value. */
  readonly fields: readonly TriggerField[];
  /** `old`: an update stores `[old]` alone; the new value is the next effect's old one, or in the live row. Default `both`. */
  readonly storage?: 'both' | 'old';
  /** `required`: a write without an activity is refused. Default `optional`. */
  readonly context?: 'optional' | 'required';
}

/** Names a table; unquoted. */
export type TableName = Pick<TriggerTable, 'schema' | 'table'>;
