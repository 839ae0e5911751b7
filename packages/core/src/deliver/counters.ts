/** Counts since `createDeedlog`, for a health page or a metric. */
export interface Counters {
  /** Durable in the store. */
  readonly stored: number;
  /** Refused by the store, kept by the spool. */
  readonly spooled: number;
  /** Brought from the spool to the store. */
  readonly drained: number;
  /** Refused and nowhere kept. Each is part of a gap. */
  readonly lost: number;
  /** Left out by an ignore rule or {@link Audit.skip}. */
  readonly ignored: number;
  /** Writes that the store refused, whatever became of the records. */
  readonly refused: number;
  /** Gap records that were stored. */
  readonly gaps: number;
  /** Activities and effects that a sink refused, counted for each sink. */
  readonly sinkFailures: number;
}

export type MutableCounters = { -readonly [Name in keyof Counters]: number };

export function createCounters(): MutableCounters {
  return { stored: 0, spooled: 0, drained: 0, lost: 0, ignored: 0, refused: 0, gaps: 0, sinkFailures: 0 };
}
