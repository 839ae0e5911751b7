import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './root.ts';

/** Output of a command in bytes, beyond which it is killed: a linter's report of a broken tree is long. */
const MAX_OUTPUT = 64 * 1024 * 1024;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  /** Standard output, then standard error, for messages. */
  readonly output: string;
}

export interface ExecOptions {
  readonly cwd: string;
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Whether the workspace's tools, Node included, come before the machine's. Default true. */
  readonly workspaceTools?: boolean;
}

/** Runs a command and answers its exit code and what it printed. */
export function exec(command: string, args: readonly string[], { cwd, env = process.env, workspaceTools = true }: ExecOptions): Promise<Ended> {
  const path = (env['PATH'] ?? '').split(delimiter);
  const tools = workspaceTools ? [join(root, 'node_modules', '.bin'), ...path] : path.filter((folder) => !folder.includes('node_modules'));
  const options = { cwd, env: { ...env, PATH: tools.join(delimiter) }, maxBuffer: MAX_OUTPUT };
  return new Promise((resolve) => {
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (child.exitCode ?? 1);
      const failure = child.exitCode === null && error !== null ? error.message : '';
      resolve({ code, stdout, output: [stdout, stderr, failure].filter(Boolean).join('\n') });
    });
    child.stdin?.end();
  });
}
