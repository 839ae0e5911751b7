/** How many checks of a step passed, failed or were skipped. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, in words: the name and the first lines of its error. */
  readonly failures?: readonly string[];
}

/** One step of the run. It never throws: what went wrong is counted as failed. */
export interface Step {
  readonly title: string;
  readonly run: () => Promise<Tally>;
}

/** The tally of a single yes-or-no check. */
export function single(ok: boolean): Tally {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}
