import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import type { Tally } from './tally.ts';

export interface VitestRun {
  /** Where the JSON report goes; must exist. */
  readonly scratch: string;
  /** Names the report's file; one per step. */
  readonly name: string;
  /** File filters and options of the command line. */
  readonly args: readonly string[];
  /** Variables to set, or to remove with `undefined`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs vitest once and counts what its JSON report says. */
export async function runVitest({ scratch, name, args, env = {} }: VitestRun): Promise<Tally> {
  const file = join(scratch, `${name}.json`);
  const code = await runCommand(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args],
    env,
  );
  const tally = existsSync(file) ? readReport(file) : { passed: 0, failed: 0, skipped: 0 };
  // An unhandled rejection, a lost worker or an empty selection fails the run without failing a test.
  const unexplained = code !== 0 && tally.failed === 0 ? 1 : 0;
  return { ...tally, failed: tally.failed + unexplained };
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

function readReport(file: string): Tally {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  // A file that fails without a failed test did not load, or a hook of it failed.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
