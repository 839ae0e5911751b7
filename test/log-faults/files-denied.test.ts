import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { logBench, parseLines } from '../pino/support/logs.ts';

/** Somebody who owns nothing: nobody on Linux. Only root can run a process as another. */
const NOBODY = 65_534;
const asRoot = test.skipIf(process.getuid?.() !== 0);

function run(directory: string): { readonly said: string[]; end(): Promise<unknown> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child', 'denied.ts'), directory], { uid: NOBODY, gid: NOBODY, stdio: ['pipe', 'pipe', 'inherit'] });
  const said: string[] = [];
  const reader = createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]);
  return {
    said,
    end: async () => {
      child.stdin.end();
      const [exit] = await ended;
      return exit;
    },
  };
}

asRoot('a directory that the process may not write is an error at the start', async () => {
  await using place = logBench();
  mkdirSync(place.directory, { mode: 0o755 });
  chmodSync(dirname(place.directory), 0o755);
  const child = run(place.directory);
  expect(await child.end()).toEqual([0, null]);
  expect(child.said).toEqual(['thrown LOG_DIRECTORY_UNUSABLE EACCES']);
});

asRoot('a file that the process may not write is reported, and written as soon as it may', async () => {
  await using place = logBench();
  mkdirSync(place.directory, { mode: 0o755 });
  chmodSync(dirname(place.directory), 0o755);
  chownSync(place.directory, NOBODY, NOBODY);
  writeFileSync(place.path('app.log'), '', { mode: 0o600 });
  const child = run(place.directory);
  await expect.poll(() => child.said).toEqual(['LOG_FILE_FAILED EACCES', 'lost']);
  chownSync(place.path('app.log'), NOBODY, NOBODY);
  await expect.poll(() => child.said).toEqual(['LOG_FILE_FAILED EACCES', 'lost', 'written lost']);
  expect(await child.end()).toEqual([0, null]);
  const lines = parseLines(readFileSync(place.path('app.log'), 'utf8'));
  expect(lines[0]).toMatchObject({ level: 'WARN', record: 'loss' });
  expect(lines.slice(1).every(({ message }) => message === 'line')).toBe(true);
});
