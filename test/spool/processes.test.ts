import type { Activity } from '@deedlog/core';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { activities, activity, bench, drainAll, ids, runChild } from './support.ts';

/** Makes segments look as if nobody had touched them for an hour. */
function age(directory: string, files: readonly string[]): void {
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const file of files) utimesSync(join(directory, file), hourAgo, hourAgo);
}

describe('a process that is killed', () => {
  test.each([1, 2, 3, 4, 5])('while it adds loses nothing that the spool had accepted (%i)', async (round) => {
    await using place = bench();
    const child = runChild('add', [place.directory, String(round * 300)]);
    await child.lines(50 * round);
    const accepted = await child.kill();
    const spool = place.open();
    const drained = new Set(ids(await drainAll(spool)));
    expect(accepted.length).toBeGreaterThanOrEqual(50 * round);
    expect(accepted.filter((id) => !drained.has(id))).toEqual([]);
    expect(spool.counters.corrupt).toBe(0);
    expect(spool.counters.torn).toBeLessThanOrEqual(1);
    expect(spool.counters.takenOver).toBeGreaterThan(0);
    expect(place.files()).toEqual([]);
  });

  test('while it drains loses nothing: what it had not written is written by the next', async () => {
    await using place = bench();
    const spool = place.open();
    const added = activities(2000);
    await spool.add(added);
    await spool.close();
    age(place.directory, place.files());
    const child = runChild('drain', [place.directory]);
    await child.lines(300);
    const written = await child.kill();
    expect(written.length).toBeLessThan(2000);
    const rest = ids(await drainAll(place.open()));
    expect(new Set([...written, ...rest])).toEqual(new Set(ids(added)));
  });
});

describe('a disk that is full', () => {
  test('is a coded error; what was accepted before is whole', async () => {
    await using place = bench();
    const child = runChild('add', [place.directory, '1000', '1'], 64);
    const printed = await child.ended();
    const accepted = printed.slice(0, -1);
    expect(printed.at(-1)).toBe('SPOOL_WRITE_FAILED EFBIG');
    expect(accepted.length).toBeGreaterThan(10);
    const spool = place.open();
    expect(ids(await drainAll(spool))).toEqual(accepted);
    expect(spool.counters).toMatchObject({ torn: 0, corrupt: 0 });
  });
});

describe('several processes on one directory', () => {
  test('add at the same time without harm', async () => {
    await using place = bench();
    const children = [1, 2, 3].map(() => runChild('add', [place.directory, '200']));
    await Promise.all(children.map((child) => child.lines(100)));
    const accepted = (await Promise.all(children.map((child) => child.kill()))).flat();
    const spool = place.open();
    const drained = new Set(ids(await drainAll(spool)));
    expect(accepted.filter((id) => !drained.has(id))).toEqual([]);
    expect(spool.counters.corrupt).toBe(0);
  });

  test('drain at the same time: everything is written, at least once', async () => {
    await using place = bench();
    const added = activities(3000);
    for (let start = 0; start < added.length; start += 100) {
      const writer = place.open();
      await writer.add(added.slice(start, start + 100));
      await writer.close();
    }
    age(place.directory, place.files());
    const children = [1, 2, 3].map(() => runChild('drain', [place.directory]));
    const written = await Promise.all(children.map((child) => child.ended()));
    expect(written.filter((list) => list.length > 0).length).toBeGreaterThan(1);
    expect(new Set(written.flat())).toEqual(new Set(ids(added)));
    expect(place.files()).toEqual([]);
  });

  test('a spool whose segments are taken over while it adds loses nothing', async () => {
    await using place = bench();
    const writer = place.open();
    const added = activities(800);
    const taken: string[] = [];
    let takeovers = 0;
    let adding = true;
    // What a process does that takes over, at any moment: rename, read, remove.
    const thief = (async () => {
      while (adding) {
        await setTimeout(Math.random() * 4);
        for (const file of place.files()) {
          const [from, to] = [join(place.directory, file), join(place.directory, 'stolen')];
          renameSync(from, to);
          taken.push(...readFileSync(to, 'utf8').split('\n').slice(0, -1).map((line) => (JSON.parse(line) as Activity).id));
          rmSync(to);
          takeovers++;
        }
      }
    })();
    for (let start = 0; start < added.length; start += 4) await Promise.all(added.slice(start, start + 4).map((one) => writer.add([one])));
    adding = false;
    await thief;
    expect(takeovers).toBeGreaterThan(3);
    expect(new Set([...taken, ...ids(await drainAll(writer))])).toEqual(new Set(ids(added)));
  });

  test('two spools of one process leave each other alone, until one is closed', async () => {
    await using place = bench();
    const [one, two] = [place.open(), place.open()];
    await one.add(activities(1));
    expect(await drainAll(two)).toEqual([]);
    await one.close();
    expect(await drainAll(two)).toHaveLength(1);
  });
});

describe('the segment of a process that lives', () => {
  test('is left to it, until it is dead', async () => {
    await using place = bench();
    const child = runChild('add-on-demand', [place.directory]);
    const [id] = await child.lines(1);
    const spool = place.open();
    expect(await drainAll(spool)).toEqual([]);
    await child.kill();
    expect(ids(await drainAll(spool))).toEqual([id]);
  });

  test('is taken over where nobody has touched it for long; the process notices and goes on', async () => {
    await using place = bench();
    const child = runChild('add-on-demand', [place.directory]);
    await child.lines(1);
    age(place.directory, place.files());
    const spool = place.open();
    const before = ids(await drainAll(spool));
    process.kill(child.pid, 'SIGUSR2');
    await child.lines(2);
    const accepted = await child.kill();
    expect([...before, ...ids(await drainAll(spool))]).toEqual(accepted);
  });
});

describe('the segment of another machine', () => {
  async function foreign(place: ReturnType<typeof bench>, change: (file: string) => string): Promise<string> {
    const writer = place.open();
    await writer.add([activity()]);
    await writer.close();
    const [file = ''] = place.files();
    const name = change(file);
    renameSync(join(place.directory, file), join(place.directory, name));
    return name;
  }
  const otherHost = (file: string): string => file.replace(/-[\da-f]{8}-[\da-f]{8}-(\d+-[\da-f]{8}\.jsonl)$/, '-00aa00aa-00bb00bb-$1');
  const otherBoot = (file: string): string => file.replace(/-[\da-f]{8}-(\d+-[\da-f]{8}\.jsonl)$/, '-00bb00bb-$1');

  test('is left to it while it is fresh, and taken over when it is old', async () => {
    await using place = bench();
    const name = await foreign(place, otherHost);
    const spool = place.open();
    expect(await drainAll(spool)).toEqual([]);
    age(place.directory, [name]);
    expect(await drainAll(spool)).toHaveLength(1);
  });

  test('that is this one before it was started again is taken over at once', async () => {
    await using place = bench();
    await foreign(place, otherBoot);
    expect(await drainAll(place.open())).toHaveLength(1);
  });
});

test('a rewrite that was cut off is removed; the segment itself still stands', async () => {
  await using place = bench();
  const first = place.open();
  await first.add(activities(2));
  await first.close();
  const [file = ''] = place.files();
  writeFileSync(join(place.directory, `${file}.tmp`), '{"half');
  expect(await drainAll(place.open())).toHaveLength(2);
  expect(readdirSync(place.directory)).toEqual([]);
});

test('what stays after a refused drain is readable by its owner only', async () => {
  await using place = bench();
  const spool = place.open();
  await spool.add(activities(150));
  let calls = 0;
  await spool.drain(() => (++calls === 1 ? Promise.resolve() : Promise.reject(new Error('no')))).catch(() => undefined);
  const [file = ''] = place.files();
  expect(statSync(join(place.directory, file)).mode & 0o777).toBe(0o600);
  expect(place.files('.tmp')).toEqual([]);
});
