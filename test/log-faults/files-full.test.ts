import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { activity, logBench } from '../pino/support/logs.ts';
import { smallDisk, startWriter } from './files-support.ts';

test.for([
  ['by itself', false],
  ['by a worker', true],
] as const)('a disk that is full (written %s) loses lines and counts each, fails nobody, and is written again when there is room', async ([, worker], { skip }) => {
  await using place = logBench();
  mkdirSync(place.directory);
  using disk = smallDisk(place.directory, 512);
  if (disk === undefined) return skip('needs the right to mount');
  writeFileSync(place.path('ballast'), Buffer.alloc(256 * 1024));
  const logs = place.open({ worker });
  let sent = 0;
  const send = async (records: number): Promise<void> => {
    for (let index = 0; index < records; index++) logs.sink.write([activity(`${sent++}`)]);
    await expect.poll(() => logs.counters.queue.written + logs.counters.queue.failed).toBe(sent);
  };
  while (logs.counters.queue.failed === 0) await send(50);
  await send(100);
  logs.logger.info('goes on');
  expect(place.problems.filter((problem) => /^LOG_FILE_FAILED: .*audit\.log/.test(problem))).toHaveLength(1);
  const { lost } = logs.counters.files.audit;
  expect(lost).toBeGreaterThan(100);

  rmSync(place.path('ballast'));
  await send(20);
  await logs.close();
  expect(logs.counters.files.audit).toEqual({ written: sent - lost, lost });
  const lines = place.text('audit.log').split('\n').slice(0, -1);
  const whole = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as { message: string; record: string; dropped?: number }];
    } catch {
      return [];
    }
  });
  // What the full disk cut off stands on a line of its own.
  expect(lines.length - whole.length).toBeLessThanOrEqual(1);
  const losses = whole.filter(({ record }) => record === 'loss');
  expect(losses.reduce((sum, { dropped = 0 }) => sum + dropped, 0)).toBe(lost);
  const found = whole.filter(({ record }) => record !== 'loss').map(({ message }) => Number(message.replace('approved ', '')));
  expect(found).toHaveLength(sent - lost);
  expect(new Set(found).size).toBe(found.length);
  expect(found.slice(-20)).toEqual(Array.from({ length: 20 }, (_, index) => sent - 20 + index));
});

test('a process under load lives through a full disk, and says exactly what it lost', { timeout: 60_000 }, async ({ skip }) => {
  await using place = logBench();
  mkdirSync(place.directory);
  using disk = smallDisk(place.directory, 2048);
  if (disk === undefined) return skip('needs the right to mount');
  const writer = startWriter(place.directory, '0');
  await expect.poll(() => place.text('audit.log').length, { interval: 20 }).toBeGreaterThan(1024 * 1024);
  // The rest of the disk goes, and the log stands still.
  let size = -1;
  await expect.poll(() => size === (size = place.text('audit.log').length), { interval: 200 }).toBe(true);
  const { queue, files, number } = await writer.end();
  expect(queue.written + queue.failed + queue.dropped).toBe(number);
  expect(queue.failed).toBeGreaterThan(0);
  expect(files.audit.written + files.audit.lost).toBe(queue.written + queue.failed);
  const whole = place.text('audit.log').split('\n').filter((line) => line.endsWith('}') && line.includes('"record":"activity"'));
  expect(whole).toHaveLength(files.audit.written);
});
