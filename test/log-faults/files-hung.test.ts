import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { activity, logBench, parseLines } from '../pino/support/logs.ts';

/** A pipe without a reader takes 64 KiB; then a write hangs, as on a disk that does not answer. */
test.each([
  ['by itself', false],
  ['by a worker', true],
])('a disk that hangs holds up no work of the application (written %s): records are dropped and counted, and written once it answers', { timeout: 60_000 }, async (_title, worker) => {
  await using place = logBench();
  mkdirSync(place.directory);
  execFileSync('mkfifo', [place.path('audit.log')]);
  const logs = place.open({ worker, queue: { capacity: 500, batch: 50 } });
  const sent = 3_000;
  for (let index = 0; index < sent; index++) {
    logs.sink.write([activity(`${index}`)]);
    if (index % 10 === 0) await setImmediate();
  }
  expect(logs.counters.queue.dropped).toBeGreaterThan(1000);
  // The pool that Node's own file system works by has threads left.
  expect((await Promise.all(Array.from({ length: 8 }, () => readFile(import.meta.filename)))).length).toBe(8);
  const before = performance.now();
  if (!worker) logs.flushSync();
  expect(performance.now() - before).toBeLessThan(5_000);

  const reader = spawn('cat', [place.path('audit.log')], { stdio: ['ignore', 'pipe', 'inherit'] });
  let read = '';
  reader.stdout.setEncoding('utf8').on('data', (text: string) => (read += text));
  await expect.poll(() => logs.counters.queue.waiting + logs.counters.queue.underWay, { timeout: 20_000 }).toBe(0);
  const { written, dropped, failed } = logs.counters.queue;
  expect(written + dropped + failed).toBe(sent);
  await logs.close();
  const count = logs.counters.files.audit.written;
  await expect.poll(() => parseLines(read).filter(({ message }) => !message.endsWith('could not be written to this file')).length).toBe(count);
  expect(new Set(parseLines(read).map(({ message }) => message)).size).toBe(parseLines(read).length);
  reader.kill();
});

test('a process whose worker hangs ends by its signal, without waiting for the worker once more', { timeout: 60_000 }, async () => {
  await using place = logBench();
  mkdirSync(place.directory);
  execFileSync('mkfifo', [place.path('audit.log')]);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child', 'hung.ts'), place.directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (text) => (told += String(text)));
  child.stdout.once('data', () => child.kill('SIGTERM'));
  expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  expect(told).toMatch(/^LOG_FILE_FAILED the worker does not answer for \d+ lines$/m);
  // The ten seconds after which the worker is given up.
  expect(told).not.toContain('LOG_WORKER_FAILED');
});
