import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { activity, logBench, parseLines, requestRecord } from './support/logs.ts';

/** The worker threads that are made from now on: Node tells of each. */
function workers(): Worker[] {
  const made: Worker[] = [];
  const note = (worker: Worker): void => void made.push(worker);
  process.on('worker', note);
  onTestFinished(() => void process.off('worker', note));
  return made;
}

describe('logs that a worker writes', () => {
  test('are in files apart, all of them, in their order', async () => {
    await using place = logBench();
    const made = workers();
    const logs = place.open({ worker: true });
    const texts = Array.from({ length: 3000 }, (_, index) => `${index} ${'ü'.repeat(index % 300)}`);
    for (const text of texts) logs.logger.info(text);
    logs.sink.write([activity('1')]);
    logs.sink.writeRequests?.([requestRecord('/2')]);
    await logs.close();
    expect(made).toHaveLength(1);
    expect(place.messages('app.log')).toEqual(texts);
    expect(place.messages('audit.log')).toEqual(['approved 1']);
    expect(place.lines('api.log')).toMatchObject([{ request_repr: { path: '/2' } }]);
    expect(logs.counters.files).toEqual({ audit: { written: 1, lost: 0 }, api: { written: 1, lost: 0 }, app: { written: 3000, lost: 0 } });
    expect(place.problems).toEqual([]);
  });

  test('are on disk when flushSync returns', async () => {
    await using place = logBench();
    const logs = place.open({ worker: true });
    logs.logger.info('one');
    logs.sink.write([activity('2')]);
    logs.flushSync();
    expect(place.messages('app.log')).toEqual(['one']);
    expect(place.messages('audit.log')).toEqual(['approved 2']);
  });

  test('are rotated', async () => {
    await using place = logBench();
    const logs = place.open({ worker: true, rotate: { maxBytes: 5_000, keep: 3 } });
    for (let index = 0; index < 200; index++) logs.logger.info(`${index}`);
    await logs.close();
    expect(place.files()).toHaveLength(4);
    expect(place.messages('app.log').at(-1)).toBe('199');
  });

  test('of which one cannot be written are reported, counted and written on', async () => {
    await using place = logBench();
    const logs = place.open({ worker: true });
    mkdirSync(place.path('audit.log'), { recursive: true });
    logs.sink.write([activity('1')]);
    await expect.poll(() => logs.counters.queue.failed).toBe(1);
    expect(logs.counters.files.audit).toEqual({ written: 0, lost: 1 });
    await expect.poll(() => place.problems.filter((problem) => /^LOG_FILE_FAILED: .*audit\.log/.test(problem))).toHaveLength(1);
    rmSync(place.path('audit.log'), { recursive: true });
    logs.sink.write([activity('2')]);
    await logs.close();
    expect(place.lines('audit.log')).toMatchObject([{ dropped: 1 }, { message: 'approved 2' }]);
  });

  test('that another process renames lose nothing', async () => {
    await using place = logBench();
    const logs = place.open({ worker: true });
    logs.logger.info('one');
    await logs.sink.close();
    logs.flushSync();
    renameSync(place.path('app.log'), place.path('app.log.1'));
    logs.logger.info('two');
    await logs.close();
    expect([...place.messages('app.log.1'), ...(place.files().includes('app.log') ? place.messages('app.log') : [])]).toEqual(['one', 'two']);
  });
});

describe('a worker that ends', () => {
  test('is reported once; the main thread writes on, and what is not known of is counted as lost and told', async () => {
    await using place = logBench();
    const made = workers();
    const logs = place.open({ worker: true });
    logs.logger.info('one');
    logs.flushSync();
    await expect.poll(() => logs.counters.files.app.written).toBe(1);
    await made[0]?.terminate();
    for (let index = 0; index < 100; index++) logs.logger.info(`${index}`);
    logs.sink.write([activity('1')]);
    await logs.close();
    expect(place.problems.filter((problem) => problem.startsWith('LOG_WORKER_FAILED'))).toHaveLength(1);
    expect(place.messages('app.log')).toEqual(['one', ...Array.from({ length: 100 }, (_, index) => `${index}`)]);
    expect(place.messages('audit.log')).toEqual(['approved 1']);
    expect(logs.counters.queue).toMatchObject({ written: 1, failed: 0 });
  });

  test('in the middle of its work loses no more than it had not answered for, and each line counts once', async () => {
    await using place = logBench();
    const made = workers();
    const logs = place.open({ worker: true });
    let sent = 0;
    const send = async (lines: number): Promise<void> => {
      for (let index = 0; index < lines; index++) {
        logs.logger.info(`${sent++}`);
        if (index % 20 === 0) await new Promise(setImmediate);
      }
    };
    await send(500);
    const killed = made[0]?.terminate();
    await send(500);
    await killed;
    await send(10);
    await logs.close();
    const found = place.lines('app.log').filter(({ record }) => record !== 'loss').map(({ message }) => Number(message));
    const { written, lost } = logs.counters.files.app;
    expect(written + lost).toBe(sent);
    expect(new Set(found).size).toBe(found.length);
    // What the worker wrote without having told of it was counted as lost.
    expect(found.length).toBeGreaterThanOrEqual(written);
    expect(found).toEqual(expect.arrayContaining(Array.from({ length: 10 }, (_, index) => sent - 1 - index)));
    expect(place.problems.filter((problem) => problem.startsWith('LOG_WORKER_FAILED'))).toHaveLength(1);
    if (lost > 0) expect(place.lines('app.log').filter(({ record }) => record === 'loss').reduce((sum, { dropped }) => sum + Number(dropped), 0)).toBe(lost);
  });
});

describe('the transport', () => {
  test.each([
    ['of a logger with pinoOptions', 'options'],
    ['of a plain pino logger', 'plain'],
  ])('serves a logger of one’s own (%s), and a process that just ends', async (_title, kind) => {
    await using place = logBench();
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'child', 'own-transport.ts'), place.directory, kind], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const levels = (file: string): unknown[] => parseLines(readFileSync(place.path(file), 'utf8')).map(({ level }) => level);
    expect(levels('audit.log')).toEqual(kind === 'plain' ? [31] : ['AUDIT']);
    expect(levels('api.log')).toEqual(kind === 'plain' ? [32] : ['API']);
    expect(levels('app.log')).toEqual(kind === 'plain' ? [30, 40] : ['INFO', 'WARN']);
  });
});

test.each([true, false])('lines that come faster than the worker takes them are lost, counted and told in their file, whether more come or not (%s)', { timeout: 60_000 }, async (more) => {
  await using place = logBench();
  const logs = place.open({ worker: true });
  const text = 'x'.repeat(3000);
  // The worker starts while they come: none of them is taken in this turn.
  const sent = 20_000;
  for (let index = 0; index < sent; index++) logs.logger.info(text);
  const { lost } = logs.counters.files.app;
  expect(lost).toBeGreaterThan(1000);
  await expect.poll(() => logs.counters.files.app.written).toBe(sent - lost);
  if (more) logs.logger.info('after');
  await logs.close();
  expect(logs.counters.files.app).toEqual({ written: sent - lost + (more ? 1 : 0), lost });
  expect(place.lines('app.log').slice(more ? -2 : -1)).toMatchObject([{ record: 'loss', dropped: lost }, ...(more ? [{ message: 'after' }] : [])]);
});

test('the note of dropped records stands among the records, not among the lines of the application', async () => {
  for (const worker of [false, true]) {
    await using place = logBench();
    const logs = place.open({ worker, queue: { capacity: 10 } });
    for (let index = 0; index < 50; index++) logs.sink.write([activity(`${index}`)]);
    expect(logs.counters.queue.dropped).toBe(40);
    await expect.poll(() => logs.counters.queue.written).toBe(10);
    logs.sink.write([activity('50')]);
    await logs.close();
    expect(place.files()).toEqual(['audit.log']);
    expect(place.lines('audit.log').filter(({ record }) => record === 'loss')).toMatchObject([{ dropped: 40 }]);
  }
});
