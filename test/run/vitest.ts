import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, runCommand } from './command.ts';
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
  if (code === 0 || tally.failed > 0) return tally;
  // An unhandled rejection, a lost worker or an empty selection fails the run without failing a test.
  return { ...tally, failed: 1, failures: [`${name}: vitest ended with code ${code} and no failed test; see "Unhandled Errors" above`] };
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly FileResult[];
}

interface FileResult {
  /** The path of the file. */
  readonly name: string;
  readonly status: string;
  /** Why the file did not load, or which hook failed. */
  readonly message: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string; readonly failureMessages: readonly string[] }[];
}

/** Lines of an error that are told again at the end of the run. */
const ERROR_LINES = 8;

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
    failures: [
      ...broken.map(({ name, message }) => failure(name, '', message)),
      ...report.testResults.flatMap(({ name, assertionResults }) =>
        assertionResults
          .filter(({ status }) => status === 'failed')
          .map(({ fullName, failureMessages }) => failure(name, fullName, failureMessages.join('\n'))),
      ),
    ],
  };
}

function failure(file: string, test: string, message: string): string {
  return [`${relative(root, file)} ${test}`.trim(), ...message.split('\n').slice(0, ERROR_LINES)].join('\n        ');
}
