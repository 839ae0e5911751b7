import type { Tally } from './tally.ts';

export interface Finished {
  readonly title: string;
  readonly tally: Tally;
  readonly seconds: number;
}

export function sumTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
    skipped: tallies.reduce((sum, { skipped }) => sum + skipped, 0),
    failures: tallies.flatMap(({ failures = [] }) => failures),
  };
}

export function printHeading(heading: string): void {
  console.log(`\n── ${heading} ${'─'.repeat(Math.max(3, 90 - heading.length))}\n`);
}

/** Failures that are told in words at the end; the log above has them all. */
const TOLD = 5;

/**
 * A line per step, what failed, then the sum as the very last line: machines read that one. A log that was
 * cut to its end still tells which test failed.
 */
export function printSummary(finished: readonly Finished[], total: Tally): void {
  printHeading('Sum');
  for (const { title, tally, seconds } of finished) {
    const mark = tally.failed > 0 ? 'FAILED' : 'ok';
    console.log(`${mark.padEnd(7)} ${title.padEnd(44)} ${describe(tally).padEnd(32)} ${seconds.toFixed(1).padStart(6)} s`);
  }
  for (const failure of (total.failures ?? []).slice(0, TOLD)) console.log(`\nFAILED  ${failure}`);
  console.log(describe(total));
}

/** `12 passed, 0 failed`, and `, 1 skipped` only where something was skipped. */
export function describe({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
