import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pinoOptions, pinoSink } from '@deedlog/pino';
import type { DeedlogError, Sink } from '@deedlog/core';
import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sampleActivity } from '../contract/sample-activity.ts';
import { lines, parseLine } from './support.ts';

/** Of about 3 MB together, so that no destination has them at once. */
const MANY = Array.from({ length: 1000 }, () => sampleActivity({ reason: 'x'.repeat(2000) }));

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'deedlog-pino-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'log');
}

function sinkTo(stream: DestinationStream): Sink {
  return pinoSink(pino(pinoOptions(), stream), { queue: false });
}

function linesOf(file: string): number {
  return readFileSync(file, 'utf8').split(/(?<=\n)/).map(parseLine).length;
}

describe('a write settles when the destination has the lines', () => {
  test.each<[string, (dest: string) => DestinationStream]>([
    ['sonic-boom', (dest) => pino.destination({ dest, sync: true })],
    ['asynchronous sonic-boom', (dest) => pino.destination({ dest, sync: false })],
    ['sonic-boom that holds lines back', (dest) => pino.destination({ dest, sync: true, minLength: 8192 })],
    ['asynchronous sonic-boom that holds lines back', (dest) => pino.destination({ dest, sync: false, minLength: 8192 })],
    ['Node stream', (dest) => createWriteStream(dest)],
    ['multistream', (dest) => pino.multistream([{ stream: lines() }, { stream: pino.destination({ dest, sync: false, minLength: 4096 }) }])],
  ])('%s', async (_, make) => {
    const file = place();
    const sink = sinkTo(make(file));
    await sink.write(MANY);
    expect(linesOf(file)).toBe(MANY.length);
    await sink.write(MANY.slice(0, 1));
    expect(linesOf(file)).toBe(MANY.length + 1);
  });

  test('worker thread: it is the destination, and its file comes after it', async () => {
    const file = place();
    const sink = sinkTo(pino.transport<Record<string, unknown>>({ target: 'pino/file', options: { destination: file } }));
    await sink.write(MANY);
    await expect.poll(() => linesOf(file)).toBe(MANY.length);
  });

  test('pino of another copy, which does not show its stream', async () => {
    const file = place();
    const logger = pino(pinoOptions(), pino.destination({ dest: file, sync: false, minLength: 4096 }));
    const sink = pinoSink({ levels: logger.levels, child: (bindings, options) => logger.child(bindings, options), flush: (callback) => logger.flush(callback) }, { queue: false });
    await sink.write(MANY.slice(0, 3));
    expect(linesOf(file)).toBe(3);
  });

  test('a slow Node stream holds the write up', async () => {
    const open: (() => void)[] = [];
    const sink = sinkTo(new Writable({ write: (_chunk, _encoding, done) => void open.push(done) }));
    let isSettled = false;
    const written = Promise.resolve(sink.write(MANY.slice(0, 2))).then(() => (isSettled = true));
    await expect.poll(() => open.length).toBe(1);
    expect(isSettled).toBe(false);
    open.shift()?.();
    await expect.poll(() => open.length).toBe(1);
    expect(isSettled).toBe(false);
    open.shift()?.();
    await written;
  });

  test('whatever has a write takes lines', async () => {
    const out = lines();
    await sinkTo({ write: out.write, flush: () => undefined } as DestinationStream).write(MANY.slice(0, 2));
    expect(out.parsed).toHaveLength(2);
  });
});

describe('a write rejects, and nothing ends the application', () => {
  const uncaught: unknown[] = [];
  process.on('uncaughtException', (error) => uncaught.push(error));
  process.on('unhandledRejection', (error) => uncaught.push(error));

  test.each([true, false])('on a full disk (sync: %s), each time', async (sync) => {
    const sink = sinkTo(pino.destination({ dest: '/dev/full', sync }));
    for (let turn = 0; turn < 3; turn++) await expect(sink.write([sampleActivity()])).rejects.toMatchObject({ code: 'ENOSPC' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(uncaught).toEqual([]);
  });

  test('where the file cannot be opened', async () => {
    const sink = sinkTo(pino.destination({ dest: join(place(), 'no', 'such', 'file'), sync: false }));
    await expect(sink.write([sampleActivity()])).rejects.toMatchObject({ code: 'ENOENT' });
    expect(uncaught).toEqual([]);
  });

  test('where the destination is gone before, through the application', async () => {
    const problems: DeedlogError[] = [];
    const logger = pino(pinoOptions(), new Writable({ write: (_chunk, _encoding, done) => done(new Error('away')) }));
    const sink = pinoSink(logger, { queue: { onProblem: (problem) => problems.push(problem) } });
    logger.info('of the application');
    await expect.poll(() => problems).toMatchObject([{ code: 'PINO_DESTINATION_FAILED', cause: { message: 'away' } }]);
    sink.write([sampleActivity()]);
    await expect.poll(() => sink.counters.failed).toBe(1);
    expect(problems.slice(1)).toMatchObject([{ code: 'SINK_FAILED', cause: { message: 'away' } }]);
    await sink.close();
    expect(uncaught).toEqual([]);
  });

  test('only until the destination takes lines again', async () => {
    const problems: DeedlogError[] = [];
    const file = place();
    const destination = pino.destination({ dest: '/dev/full', sync: false });
    const logger = pino(pinoOptions(), destination);
    const sink = pinoSink(logger, { queue: { onProblem: (problem) => problems.push(problem) } });
    for (let turn = 0; turn < 3; turn++) {
      const failed = once(destination, 'error').catch((error: unknown) => error);
      logger.info('lost for now');
      expect(await failed).toMatchObject([{ code: 'ENOSPC' }]);
    }
    expect(problems).toMatchObject([{ code: 'PINO_DESTINATION_FAILED', cause: { code: 'ENOSPC' } }]);
    destination.reopen(file);
    await once(destination, 'ready');
    sink.write([sampleActivity()]);
    await sink.close();
    expect(sink.counters).toMatchObject({ written: 1, failed: 0 });
    expect(readFileSync(file, 'utf8').split(/(?<=\n)/).map((text) => parseLine(text)['level'])).toEqual(['INFO', 'INFO', 'INFO', 'AUDIT']);
    expect(uncaught).toEqual([]);
  });

  test.each<[string, () => void]>([
    ['throws', () => { throw new Error('no reporter'); }],
    ['rejects', async () => Promise.reject(new Error('no reporter'))],
  ])('ends no process where whoever is told of it %s', async (_, onProblem) => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    const logger = pino(pinoOptions(), stream);
    const sink = pinoSink(logger, { queue: { onProblem } });
    expect(() => stream.emit('error', new Error('away'))).not.toThrow();
    sink.write([sampleActivity()]);
    await sink.close();
    expect(sink.counters).toMatchObject({ written: 1, failed: 0 });
  });

  test('where a Node stream fails, or is ended', async () => {
    await expect(sinkTo(new Writable({ write: (_chunk, _encoding, done) => void setImmediate(() => done(new Error('away'))) })).write([sampleActivity()])).rejects.toThrow('away');
    const ended = createWriteStream(place());
    const sink = sinkTo(ended);
    ended.end();
    await expect(sink.write([sampleActivity()])).rejects.toMatchObject({ code: 'PINO_DESTINATION_CLOSED' });
    expect(uncaught).toEqual([]);
  });

  test('where the worker is gone', async () => {
    const worker = pino.transport<Record<string, unknown>>({ target: 'pino/file', options: { destination: place() } });
    const sink = sinkTo(worker);
    await sink.write([sampleActivity()]);
    await (worker as unknown as { readonly worker: { terminate(): Promise<number> } }).worker.terminate();
    await expect(sink.write([sampleActivity()])).rejects.toThrow();
    await expect(sink.write([sampleActivity()])).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    expect(uncaught).toEqual([]);
  });

  test.each([true, false])('where nobody reads the pipe any more (sync: %s)', async (sync) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'child', 'broken-pipe.ts'), String(sync)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let answer = '';
    child.stderr.on('data', (text) => (answer += String(text)));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect(answer).toBe('EPIPE EPIPE');
    expect(code).toBe(0);
  });
});
