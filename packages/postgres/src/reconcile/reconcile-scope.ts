/** What every search of a reconciliation shares. */
export interface ReconcileScope {
  /** From when on; null: from the beginning. */
  readonly since: Date | null;
  /** Until when, exclusive; null: until now. */
  readonly until: Date | null;
  /** At most so many findings of each search. One more is asked for, which tells that there are more. */
  readonly limit: number;
  /** The tables that hold activities, quoted and with their schema. */
  readonly activityTables: readonly string[];
}
