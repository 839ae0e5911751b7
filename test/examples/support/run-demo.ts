import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestDatabase } from '../../support/database.ts';

const DEMO: string = new URL('../../../examples/clinic/src/demo.ts', import.meta.url).pathname;

export interface DemoRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a test wants it to run. */
type Place = { readonly connection: TestDatabase['connection'] | { readonly clientUrl: string } };

/** `node demo.ts --once` as a process of its own, on PostgreSQL where the test has one, else on its own PGlite. */
export function runDemo(place: Place): Promise<DemoRun> {
  return ended(startDemo(place, ['--once']));
}

/** The demo as people start it: it serves until it is interrupted. `visit` gets what it printed until it waits, and the demo ends after it. */
export async function visitDemo(place: Place, visit: (stdout: string) => Promise<void>): Promise<DemoRun> {
  const child = startDemo(place, []);
  const run = ended(child);
  try {
    await visit(await printedUntil(child, 'Ctrl-C ends it.'));
  } finally {
    child.kill('SIGTERM');
  }
  return run;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

function startDemo({ connection }: Place, options: readonly string[]): Child {
  const { DATABASE_URL: _, FORCE_COLOR: __, ...env } = process.env;
  const url = 'clientUrl' in connection ? { DATABASE_URL: connection.clientUrl } : {};
  return spawn(process.execPath, [DEMO, ...options], { env: { ...env, ...url }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: Child): Promise<DemoRun> {
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve, reject) => {
      child.once('error', reject).once('close', (exitCode) => resolve(exitCode ?? -1));
    }),
  ]);
  return { code, stdout, stderr };
}

/** Rejects where the demo ends before. */
function printedUntil(child: Child, last: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += String(chunk);
      if (printed.includes(last)) resolve(printed);
    });
    child.once('close', () => reject(new Error(`The demo ended before it printed: ${last}`)));
  });
}
