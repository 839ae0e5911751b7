import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { logBench, parseLines } from '../pino/support/logs.ts';
import type { LogBench } from '../pino/support/logs.ts';
import { startWriter } from './files-support.ts';

/** How often the files of a process under load are rotated. */
const ROTATIONS = 12;

/** The records of all files of a kind, the oldest file first. */
function numbers(place: LogBench, kind: string): number[] {
  const rotated = place.files(`${kind}.log.`).toSorted((one, other) => Number(one.split('.').at(-1)) - Number(other.split('.').at(-1)));
  return [...rotated, `${kind}.log`].flatMap((file) => place.messages(file)).map((message) => Number(message.split('-')[1]));
}

function rename(place: LogBench, file: string, rotation: number): void {
  renameSync(place.path(file), place.path(`${file}.${rotation}`));
}

describe('files that another process rotates under load', () => {
  test.each([
    ['renamed', 'by itself', false, (place: LogBench, file: string, rotation: number) => rename(place, file, rotation)],
    ['renamed', 'by a worker', true, (place: LogBench, file: string, rotation: number) => rename(place, file, rotation)],
    [
      'renamed and created',
      'by itself',
      false,
      (place: LogBench, file: string, rotation: number) => {
        rename(place, file, rotation);
        try {
          writeFileSync(place.path(file), '', { flag: 'wx' });
        } catch {
          // The writer was first.
        }
      },
    ],
  ])('(%s, written %s) have every record once, in its order', { timeout: 60_000 }, async (_how, _who, worker, rotate) => {
    await using place = logBench();
    const writer = startWriter(place.directory, '0', worker);
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      await writer.acknowledged(100);
      await setTimeout(Math.random() * 20);
      for (const file of ['audit.log', 'app.log']) rotate(place, file, rotation);
      // Until the writer has noticed: else the next rename would find no file.
      await expect.poll(() => ['audit.log', 'app.log'].every((file) => (statSync(place.path(file), { throwIfNoEntry: false })?.size ?? 0) > 0), { interval: 2 }).toBe(true);
    }
    const { number, queue, files } = await writer.end();
    expect(queue).toMatchObject({ written: number, dropped: 0, failed: 0 });
    expect(files.audit).toEqual({ written: number, lost: 0 });
    expect(place.files('audit.log.')).toHaveLength(ROTATIONS);
    expect(numbers(place, 'audit')).toEqual(Array.from({ length: number }, (_, index) => index));
    expect(numbers(place, 'app')).toHaveLength(files.app.written);
    expect(new Set(numbers(place, 'app')).size).toBe(files.app.written);
  });

  test('(renamed, written by two processes at once) have every record once', { timeout: 60_000 }, async () => {
    await using place = logBench();
    const writers = [startWriter(place.directory, '0'), startWriter(place.directory, '1')];
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      await Promise.all(writers.map((writer) => writer.acknowledged(100)));
      await expect.poll(() => place.files('audit.log')).toContain('audit.log');
      rename(place, 'audit.log', rotation);
    }
    const ended = await Promise.all(writers.map((writer) => writer.end()));
    const found = place.files('audit.log').flatMap((file) => place.messages(file));
    expect(new Set(found).size).toBe(found.length);
    expect(found).toHaveLength(ended.reduce((sum, { number }) => sum + number, 0));
  });

  test('(taken away and deleted once the next one is there) have every record once', { timeout: 60_000 }, async () => {
    await using place = logBench();
    const writer = startWriter(place.directory, '0');
    let read = 0;
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      await writer.acknowledged(100);
      rename(place, 'audit.log', rotation);
      // From then on nothing more comes into the other one.
      await expect.poll(() => (statSync(place.path('audit.log'), { throwIfNoEntry: false })?.size ?? 0) > 0, { interval: 2 }).toBe(true);
      read += place.lines(`audit.log.${rotation}`).length;
      unlinkSync(place.path(`audit.log.${rotation}`));
    }
    const { number } = await writer.end();
    expect(read + place.lines('audit.log').length).toBe(number);
  });

  test('(copied and truncated) have no record twice and no hole; only what comes between the copy and the cut is missing', { timeout: 60_000 }, async () => {
    await using place = logBench();
    const writer = startWriter(place.directory, '0');
    const parts: string[] = [];
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      await writer.acknowledged(100);
      const between = copyTruncate(place.path('audit.log'), place.path(`audit.log.${rotation}`));
      parts.push(place.text(`audit.log.${rotation}`) + between);
    }
    const { number, queue } = await writer.end();
    expect(queue).toMatchObject({ written: number, failed: 0, dropped: 0 });
    // The file itself is whole: the writer appends, wherever the end is.
    place.lines('audit.log');
    const found = [...parts, place.text('audit.log')].map((part) => [...part.matchAll(/"target_id":"0-(\d+)"/g)].map((match) => Number(match[1])));
    expect(parts.join('')).not.toContain('\0');
    const all = found.flat();
    expect(all).toEqual([...new Set(all)].toSorted((one, other) => one - other));
    expect(all.at(-1)).toBe(number - 1);
    // Within a part there is no gap: what is missing was written in the moment between the last look and the cut.
    for (const part of found) expect(part).toEqual(part.map((_number, index) => (part[0] ?? 0) + index));
  });

  test('(copied and truncated while nothing is written) have every record once', async () => {
    await using place = logBench();
    const logs = place.open();
    let sent = 0;
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      for (let index = 0; index < 200; index++) logs.logger.info(`0-${sent++}`);
      await expect.poll(() => logs.counters.files.app.written).toBe(sent);
      expect(copyTruncate(place.path('app.log'), place.path(`app.log.${rotation}`))).toBe('');
    }
    logs.logger.info(`0-${sent++}`);
    await logs.close();
    expect(numbers(place, 'app')).toEqual(Array.from({ length: sent }, (_, index) => index));
  });

  test('(by logrotate itself) have every record once', { timeout: 60_000 }, async ({ skip }) => {
    try {
      execFileSync('logrotate', ['--version'], { stdio: 'ignore' });
    } catch {
      return skip('needs logrotate');
    }
    await using place = logBench();
    const writer = startWriter(place.directory, '0');
    const configuration = place.path('logrotate.conf');
    await writer.acknowledged(1);
    writeFileSync(configuration, `${place.path('audit.log')} {\n  su root root\n  rotate 100\n  nocompress\n  nocreate\n}\n`, { mode: 0o600 });
    for (let rotation = 1; rotation <= 5; rotation++) {
      await writer.acknowledged(100);
      await expect.poll(() => place.files('audit.log')).toContain('audit.log');
      execFileSync('logrotate', ['--force', '--state', place.path('state'), configuration]);
    }
    const { number } = await writer.end();
    const found = place.files('audit.log').flatMap((file) => parseLines(place.text(file)));
    expect(place.files('audit.log.')).toHaveLength(5);
    expect(new Set(found.map(({ message }) => message)).size).toBe(found.length);
    expect(found).toHaveLength(number);
  });
});

/** What logrotate's `copytruncate` does. Returns what was appended between the copy and the cut, as far as can be seen. */
function copyTruncate(path: string, copy: string): string {
  copyFileSync(path, copy);
  const copied = statSync(copy).size;
  const file = openSync(path, 'r+');
  try {
    const between = Buffer.alloc(fstatSync(file).size - copied);
    readSync(file, between, 0, between.length, copied);
    ftruncateSync(file, 0);
    return between.toString();
  } finally {
    closeSync(file);
  }
}
