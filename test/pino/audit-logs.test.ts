import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { activity, logBench, parseLines, requestRecord } from './support/logs.ts';

describe('ready-made logs', () => {
  test('serve a deedlog: its activities are in audit.log, with the flow on the lines of the application', async () => {
    await using place = logBench();
    const logs = place.open({ application: { flow: () => deedlog.currentFlow() } });
    const deedlog = createDeedlog({ store: memoryStore(), actor: () => userActor('7'), sinks: [logs.sink] });
    await deedlog.run({ actor: userActor('7'), context: { path: '/approve', method: 'POST' } }, async () => {
      await deedlog.trackActivity({ action: 'invoice.approve', target: { type: 'Invoice', id: '42' } });
      logs.logger.info('approved');
    });
    await deedlog.close();
    logs.logger.info('the deedlog is closed, its logs are not');
    await logs.close();
    expect(place.lines('audit.log')).toMatchObject([{ level: 'AUDIT', action: 'invoice.approve', target_id: '42', user: { id: '7' } }]);
    expect(place.lines('app.log')).toMatchObject([{ message: 'approved', request: { method: 'POST', path: '/approve' } }, { message: 'the deedlog is closed, its logs are not' }]);
    expect(place.problems).toEqual([]);
  });

  test('take a file URL for the directory', async () => {
    await using place = logBench();
    const logs = place.open({ directory: pathToFileURL(place.directory) });
    logs.logger.info('here');
    await logs.close();
    expect(place.messages('app.log')).toEqual(['here']);
  });

  test('redact what the application logs, as pinoOptions does', async () => {
    await using place = logBench();
    const logs = place.open();
    logs.logger.info({ password: 'hunter2', token: 'abc' }, 'login');
    logs.sink.writeRequests?.([requestRecord('/a')]);
    await logs.close();
    expect(place.text('app.log')).not.toMatch(/hunter2|abc/);
  });

  test('count every record: written, refused and dropped', async () => {
    await using place = logBench();
    const logs = place.open({ queue: { capacity: 100, batch: 10 } });
    for (let index = 0; index < 150; index++) logs.sink.write([activity(`${index}`)]);
    expect(logs.counters.queue).toMatchObject({ dropped: 50, waiting: 100 });
    await expect.poll(() => logs.counters.queue.written).toBe(100);
    rmSync(place.path('audit.log'));
    mkdirSync(place.path('audit.log'));
    for (let index = 0; index < 20; index++) logs.sink.write([activity(`${index}`)]);
    await expect.poll(() => logs.counters.queue.failed).toBe(20);
    expect(logs.counters.queue).toEqual({ written: 100, dropped: 50, failed: 20, waiting: 0, underWay: 0 });
    // One line more than records: the note of those dropped.
    expect(logs.counters.files.audit).toEqual({ written: 101, lost: 20 });
  });

  test.each([false, true])('tell of every drop, also of those while the file could not be written (worker: %s)', async (worker) => {
    await using place = logBench();
    mkdirSync(place.path('audit.log'), { recursive: true });
    const logs = place.open({ worker, queue: { capacity: 20, batch: 10 } });
    const burst = async (): Promise<void> => {
      for (let index = 0; index < 50; index++) logs.sink.write([activity(`${index}`)]);
      await expect.poll(() => logs.counters.queue.waiting + logs.counters.queue.underWay).toBe(0);
    };
    await burst();
    await expect.poll(() => place.problems.filter((problem) => problem.includes('noteLoss'))).toHaveLength(1);
    rmSync(place.path('audit.log'), { recursive: true });
    await burst();
    logs.sink.write([activity('last')]);
    await expect.poll(() => logs.counters.queue.written).toBe(21);
    expect(logs.counters.queue).toEqual({ written: 21, dropped: 60, failed: 20, waiting: 0, underWay: 0 });
    await logs.close();
    const dropped = place.lines('audit.log').filter(({ message }) => message.includes('audit records were dropped'));
    expect(dropped.reduce((sum, line) => sum + Number(line['dropped']), 0)).toBe(60);
    const lost = place.lines('audit.log').filter(({ message }) => message.includes('could not be written to this file'));
    expect(lost.reduce((sum, line) => sum + Number(line['dropped']), 0)).toBe(logs.counters.files.audit.lost);
  });

  test.each([
    ['throws', () => { throw new Error('told'); }],
    ['rejects', (() => Promise.reject(new Error('told'))) as () => void],
  ])('go on where who is told of a problem %s', async (_title, onProblem) => {
    await using place = logBench();
    const logs = place.open({ onProblem });
    mkdirSync(place.path('app.log'));
    logs.logger.info('lost');
    // An unhandled rejection would fail this file.
    await expect.poll(() => logs.counters.files.app.lost).toBe(1);
  });

  test('close twice, and at the same time, as once', async () => {
    await using place = logBench();
    for (const worker of [false, true]) {
      const logs = place.open({ worker });
      logs.logger.info('one');
      await Promise.all([logs.close(), logs.close()]);
      await logs.close();
    }
    expect(place.messages('app.log')).toEqual(['one', 'one']);
    expect(place.problems).toEqual([]);
  });
});

test.each(['end', 'exit'])('a file that is a link to the output of the process, as in a container, has every line (%s)', async (mode) => {
  await using place = logBench();
  mkdirSync(place.directory);
  symlinkSync('/dev/stdout', place.path('app.log'));
  const script = join(import.meta.dirname, 'child', 'ends.ts');
  // A shell's pipe: a socket, which Node would give the child, cannot be opened by its name.
  const printed = execFileSync('bash', ['-c', '"$0" "$@" | cat', process.execPath, script, place.directory, mode], { encoding: 'utf8' });
  expect(parseLines(printed).map(({ message }) => message)).toEqual(Array.from({ length: 500 }, (_, index) => `line ${index}`));
});

describe('the end of a process', () => {
  test.each([
    ['comes to its end', 'end', [0, null]],
    ['comes to its end, with a worker', 'end worker', [0, null]],
    ['calls process.exit', 'exit', [3, null]],
    ['calls process.exit, with a worker', 'exit worker', [3, null]],
    ['dies of an error', 'throw', [1, null]],
    ['is told to end', 'signal', [null, 'SIGTERM']],
    ['is told to end, with a worker', 'signal worker', [null, 'SIGTERM']],
  ])('that %s leaves every line on disk', async (_title, mode, expected) => {
    await using place = logBench();
    const child = spawn(process.execPath, [join(import.meta.dirname, 'child', 'ends.ts'), place.directory, ...mode.split(' ')], { stdio: ['ignore', 'pipe', mode === 'throw' ? 'ignore' : 'inherit'] });
    child.stdout.once('data', () => child.kill('SIGTERM'));
    expect(await once(child, 'exit')).toEqual(expected);
    expect(place.messages('audit.log')).toEqual(Array.from({ length: 2_000 }, (_, index) => `approved ${index}`));
    expect(place.messages('app.log')).toEqual(Array.from({ length: 500 }, (_, index) => `line ${index}`));
  });
});
