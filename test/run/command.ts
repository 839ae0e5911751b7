import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

/** The root of the repository. */
export const root: string = dirname(dirname(import.meta.dirname));

/**
 * Runs a command of the workspace at its root with the terminal attached, and answers its exit code
 * (1 when it could not start or was killed). A variable set to `undefined` is removed.
 */
export function runCommand(command: string, args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): Promise<number> {
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: path, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
    child.on('error', (error) => {
      console.error(`${command} did not start: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
