import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { activity, logBench } from './support/logs.ts';
import type { LogBench } from './support/logs.ts';

/** The messages of all files of a kind, in the order of the files: rotated ones by their time, the current one last. */
function allMessages(place: LogBench, kind: string): string[] {
  const files = place.files(`${kind}.`);
  const rotated = files.filter((file) => file !== `${kind}.log`);
  return [...rotated, ...files.filter((file) => file === `${kind}.log`)].flatMap((file) => place.messages(file));
}

describe('rotation by size', () => {
  test('begins a new file before one grows too large; each line is in one, in its order', async () => {
    await using place = logBench();
    const logs = place.open({ rotate: { maxBytes: 10_000 } });
    const texts = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    for (const [index, text] of texts.entries()) {
      logs.logger.info(text);
      if (index % 50 === 0) await new Promise(setImmediate);
    }
    await logs.close();
    const files = place.files();
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !/^app\.(\d{8}T\d{9}Z-[\da-f]{8}\.)?log$/.test(file))).toEqual([]);
    expect(files.filter((file) => statSync(place.path(file)).size > 10_000)).toEqual([]);
    expect(allMessages(place, 'app')).toEqual(texts);
  });

  test('gives a line that is larger than a file one of its own', async () => {
    await using place = logBench();
    const logs = place.open({ rotate: { maxBytes: 1_000 } });
    const texts = ['small', 'x'.repeat(3_000), 'small again'];
    for (const text of texts) logs.logger.info(text);
    await logs.close();
    expect(place.files()).toHaveLength(3);
    expect(allMessages(place, 'app')).toEqual(texts);
  });

  test('goes on with a file of an earlier run', async () => {
    await using place = logBench();
    for (const run of ['one', 'two', 'three']) {
      const logs = place.open({ rotate: { maxBytes: 450 } });
      logs.logger.info(run);
      await logs.close();
    }
    expect(place.files().length).toBe(2);
    expect(allMessages(place, 'app')).toEqual(['one', 'two', 'three']);
  });

  test('keeps all files unless told otherwise, and deletes none of another kind', async () => {
    await using place = logBench();
    mkdirSync(place.directory);
    const strangers = ['app.log.1', 'app.old.log', 'app.20200101T000000000Z.log', 'apps.20200101T000000000Z-00000000.log', 'note.txt'];
    for (const file of strangers) writeFileSync(place.path(file), '');
    const logs = place.open({ rotate: { maxBytes: 1_000, keep: 2 } });
    for (let index = 0; index < 60; index++) logs.logger.info(`line ${index}`);
    for (let index = 0; index < 10; index++) logs.sink.write([activity(`${index}`)]);
    await logs.close();
    expect(place.files().filter((file) => strangers.includes(file))).toEqual(strangers.toSorted());
    expect(place.files('app.2').filter((file) => !strangers.includes(file))).toHaveLength(2);
    expect(place.files('audit.2')).toHaveLength(2);
    expect(allMessages(place, 'audit').at(-1)).toBe('approved 9');
  });
});

describe('rotation by time', () => {
  test.each(['hour', 'day'] as const)('begins a new file in another %s, also where the process was not there to see it pass', async (every) => {
    await using place = logBench();
    const first = place.open({ rotate: { every } });
    first.logger.info('earlier');
    await first.close();
    const earlier = new Date(Date.now() - (every === 'hour' ? 3_600_000 : 86_400_000));
    utimesSync(place.path('app.log'), earlier, earlier);
    const second = place.open({ rotate: { every } });
    second.logger.info('now');
    second.logger.info('now too');
    await second.close();
    expect(place.files()).toHaveLength(2);
    expect(place.messages('app.log')).toEqual(['now', 'now too']);
    expect(allMessages(place, 'app')).toEqual(['earlier', 'now', 'now too']);
  });

  test('leaves a file of the same day as it is', async () => {
    await using place = logBench();
    for (const text of ['one', 'two']) {
      const logs = place.open({ rotate: { every: 'day' } });
      logs.logger.info(text);
      await logs.close();
    }
    // Not in the moment around midnight, in which the day may have changed.
    if (new Date().toISOString().slice(11, 16) !== '00:00') expect(place.files()).toEqual(['app.log']);
    expect(allMessages(place, 'app')).toEqual(['one', 'two']);
  });

  test('happens while it runs', async () => {
    await using place = logBench();
    const every = 200;
    const logs = place.open({ rotate: { every, keep: 100 } });
    const texts: string[] = [];
    const spans = new Set<number>();
    while (spans.size < 4) {
      spans.add(Math.floor(Date.now() / every));
      const text = `line ${texts.push('') - 1}`;
      texts[texts.length - 1] = text;
      logs.logger.info(text);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await logs.close();
    expect(place.files().length).toBeGreaterThanOrEqual(3);
    expect(allMessages(place, 'app')).toEqual(texts);
  });
});

test('a rotation that fails is reported once, and lines go on into the file that is there', async ({ skip }) => {
  await using place = logBench();
  mkdirSync(place.directory);
  writeFileSync(place.path('app.log'), '');
  // A mount point cannot be renamed, by nobody.
  try {
    execFileSync('mount', ['--bind', place.path('app.log'), place.path('app.log')], { stdio: 'ignore' });
  } catch {
    return skip('needs the right to mount');
  }
  try {
    const logs = place.open({ rotate: { maxBytes: 500 } });
    const texts = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    for (const text of texts) {
      logs.logger.info(text);
      await new Promise(setImmediate);
    }
    await logs.close();
    expect(place.messages('app.log')).toEqual(texts);
    expect(place.problems).toEqual([expect.stringMatching(/^LOG_ROTATION_FAILED: /)]);
  } finally {
    execFileSync('umount', [place.path('app.log')]);
  }
});
