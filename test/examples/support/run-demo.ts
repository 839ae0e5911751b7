import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { TestDatabase } from '../../support/database.ts';

const DEMO: string = new URL('../../../examples/clinic/src/demo.ts', import.meta.url).pathname;

export interface DemoRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `node demo.ts --once` as a process of its own, on PostgreSQL where the test has one, else on its own PGlite. */
export async function runDemo({ connection }: { readonly connection: TestDatabase['connection'] | { readonly clientUrl: string } }): Promise<DemoRun> {
  const { DATABASE_URL: _, FORCE_COLOR: __, ...env } = process.env;
  const url = 'clientUrl' in connection ? { DATABASE_URL: connection.clientUrl } : {};
  const child = spawn(process.execPath, [DEMO, '--once'], { env: { ...env, ...url }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve, reject) => {
      child.once('error', reject).once('close', (exitCode) => resolve(exitCode ?? -1));
    }),
  ]);
  return { code, stdout, stderr };
}
