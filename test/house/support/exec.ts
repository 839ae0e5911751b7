import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './root.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  /** Standard output, then standard error, for messages. */
  readonly output: string;
}

/** Runs a command with the workspace's tools on its path and answers its exit code and what it printed. */
export function exec(command: string, args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<Ended> {
  const env = options.env ?? process.env;
  const path = [join(root, 'node_modules', '.bin'), env['PATH']].join(delimiter);
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { cwd: options.cwd, env: { ...env, PATH: path }, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (child.exitCode ?? 1);
      resolve({ code, stdout, output: [stdout, stderr, child.exitCode === null && error !== null ? error.message : ''].filter(Boolean).join('\n') });
    });
    child.stdin?.end();
  });
}
