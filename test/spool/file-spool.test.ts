import type { Activity, DeedlogError } from '@deedlog/core';
import { fileSpool } from '@deedlog/spool';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { activities, activity, bench, drainAll, ids } from './support.ts';

const coded = (code: string): unknown => expect.objectContaining({ code });

describe('what was added', () => {
  test('is drained as it was, and then forgotten', async () => {
    await using place = bench();
    const spool = place.open();
    const added = activities(3);
    await spool.add(added);
    expect(await drainAll(spool)).toEqual(added);
    expect(await drainAll(spool)).toEqual([]);
    expect(readdirSync(place.directory)).toEqual([]);
  });

  test('is there for the next process', async () => {
    await using place = bench();
    const added = activities(3);
    const first = place.open();
    await first.add(added);
    await first.close();
    expect(await drainAll(place.open())).toEqual(added);
  });

  test('is one line of JSON each, readable by its owner only', async () => {
    await using place = bench();
    await place.open().add(activities(2));
    const [file = ''] = place.files();
    const lines = readFileSync(join(place.directory, file), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Activity).metadata)).toEqual([{ index: 0 }, { index: 1 }]);
    expect(statSync(join(place.directory, file)).mode & 0o777).toBe(0o600);
    expect(statSync(place.directory).mode & 0o777).toBe(0o700);
  });

  test('comes oldest first, over many segments, in batches', async () => {
    await using place = bench();
    const spool = place.open();
    const text = 'x'.repeat(20_000);
    const added = activities(250).map((one) => ({ ...one, reason: text }));
    for (let start = 0; start < added.length; start += 10) await spool.add(added.slice(start, start + 10));
    expect(place.files().length).toBeGreaterThan(3);
    const sizes: number[] = [];
    const drained: string[] = [];
    await spool.drain(async (batch) => {
      sizes.push(batch.length);
      drained.push(...ids(batch));
    });
    expect(drained).toEqual(ids(added));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  });

  test('at the same moment by many is all there, in few files', async () => {
    await using place = bench();
    const spool = place.open();
    const added = activities(1000);
    await Promise.all(added.map((one) => spool.add([one])));
    expect(place.files().length).toBeLessThan(3);
    expect(ids(await drainAll(spool))).toEqual(ids(added));
  });

  test('while it drains is drained, too', async () => {
    await using place = bench();
    const spool = place.open();
    const [first, second] = [activity(), activity()];
    await spool.add([first]);
    const seen: string[] = [];
    await spool.drain(async (batch) => {
      if (seen.length === 0) await spool.add([second]);
      seen.push(...ids(batch));
    });
    expect(seen).toEqual([first.id, second.id]);
  });

  test('can be nothing', async () => {
    await using place = bench();
    await place.open().add([]);
    expect(place.files()).toEqual([]);
  });
});

describe('a drain that is refused', () => {
  test('stops at the first rejection, passes it on as it is, and goes on there the next time', async () => {
    await using place = bench();
    const spool = place.open();
    const added = activities(250);
    await spool.add(added);
    const outage = new Error('store is away');
    const written: string[] = [];
    let calls = 0;
    const refused = spool.drain(async (batch) => {
      if (++calls === 2) throw outage;
      written.push(...ids(batch));
    });
    await expect(refused).rejects.toBe(outage);
    expect(calls).toBe(2);
    expect(written).toEqual(ids(added.slice(0, 100)));
    expect(ids(await drainAll(spool))).toEqual(ids(added.slice(100)));
  });

  test('at its first batch leaves the file as it is', async () => {
    await using place = bench();
    const spool = place.open();
    await spool.add(activities(3));
    await expect(spool.drain(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await drainAll(spool)).toHaveLength(3);
  });

  test('does not stop the one after it', async () => {
    await using place = bench();
    const spool = place.open();
    await spool.add(activities(3));
    const [first, second] = await Promise.allSettled([spool.drain(() => Promise.reject(new Error('no'))), spool.drain(() => Promise.resolve())]);
    expect([first.status, second]).toEqual(['rejected', { status: 'fulfilled', value: 3 }]);
  });
});

describe('an activity that the store refuses for itself', () => {
  test('holds up no other for long, stays in the spool, and is told at each drain', async () => {
    await using place = bench();
    const spool = place.open();
    const added = activities(250);
    await spool.add(added);
    const poison = new Set([added[0]?.id ?? '', added[130]?.id ?? '']);
    const stored: string[] = [];
    const refusal = new Error('not this one');
    const write = async (batch: readonly Activity[]): Promise<void> => {
      if (batch.some(({ id }) => poison.has(id))) throw refusal;
      stored.push(...ids(batch));
    };
    for (let drains = 0; drains < 6; drains++) await expect(spool.drain(write)).rejects.toBe(refusal);
    expect(stored.toSorted()).toEqual(ids(added).filter((id) => !poison.has(id)).toSorted());
    const late = activity();
    await spool.add([late]);
    await expect(spool.drain(write)).rejects.toBe(refusal);
    expect(stored.at(-1)).toBe(late.id);
    poison.clear();
    expect(await spool.drain(write)).toBe(2);
    expect(new Set(stored)).toEqual(new Set([...ids(added), late.id]));
    expect(stored).toHaveLength(251);
    expect(await drainAll(spool)).toEqual([]);
  });

  test('is not what an outage makes of the others: all are stored once it is over', async () => {
    await using place = bench();
    const spool = place.open();
    const added = activities(250);
    await spool.add(added);
    for (let drains = 0; drains < 8; drains++) await expect(spool.drain(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(ids(await drainAll(spool)).toSorted()).toEqual(ids(added).toSorted());
    expect(place.files()).toEqual([]);
  });
});

describe('the bound', () => {
  test('is kept: what does not fit is refused with a code, what is there stays', async () => {
    await using place = bench();
    const spool = place.open({ maxBytes: 5000 });
    const kept: Activity[] = [];
    let refusal: unknown;
    for (const one of activities(50)) {
      await spool.add([one]).then(() => kept.push(one), (error: unknown) => (refusal = error));
    }
    expect(refusal).toEqual(coded('SPOOL_FULL'));
    expect(kept.length).toBeGreaterThan(3);
    expect(place.files().reduce((sum, file) => sum + statSync(join(place.directory, file)).size, 0)).toBeLessThanOrEqual(5000);
    expect(ids(await drainAll(spool))).toEqual(ids(kept));
    await spool.add([activity()]);
  });

  test('refuses of several at a moment only those that do not fit', async () => {
    await using place = bench();
    const spool = place.open({ maxBytes: 5000 });
    const [small, large, next] = [activity(), activity({ reason: 'x'.repeat(10_000) }), activity()];
    const results = await Promise.allSettled([spool.add([small]), spool.add([large]), spool.add([next])]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(ids(await drainAll(spool))).toEqual([small.id, next.id]);
  });

  test('counts what other processes hold', async () => {
    await using place = bench();
    await place.open().add([activity({ reason: 'x'.repeat(4500) })]);
    await expect(place.open({ maxBytes: 5000 }).add([activity()])).rejects.toEqual(coded('SPOOL_FULL'));
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5' as never])('cannot be %j', async (maxBytes) => {
    await using place = bench();
    expect(() => place.open({ maxBytes })).toThrow(coded('SPOOL_OPTION_INVALID'));
  });
});

describe('the directory', () => {
  test('can be a file URL and is made with its parents', async () => {
    await using place = bench();
    const spool = fileSpool(pathToFileURL(join(place.directory, 'a', 'b')));
    await spool.add(activities(1));
    await spool.close();
    expect(readdirSync(join(place.directory, 'a', 'b'))).toHaveLength(1);
  });

  test('that cannot be one is an error at the start', async () => {
    await using place = bench();
    mkdirSync(place.directory);
    writeFileSync(join(place.directory, 'file'), '');
    expect(() => fileSpool(join(place.directory, 'file'))).toThrow(coded('SPOOL_DIRECTORY_UNUSABLE'));
    expect(() => fileSpool(join(place.directory, 'file', 'below'))).toThrow(coded('SPOOL_DIRECTORY_UNUSABLE'));
  });

  test.runIf(process.platform === 'linux')('that cannot be written is an error at the start, for root, too', () => {
    expect(() => fileSpool('/proc/self')).toThrow(coded('SPOOL_DIRECTORY_UNUSABLE'));
  });

  test('that is taken away is a coded error, and is well again when it is back', async () => {
    await using place = bench();
    const spool = place.open();
    await spool.add(activities(1));
    rmSync(place.directory, { recursive: true });
    const error = await spool.add(activities(1)).catch((reason: unknown) => reason as DeedlogError);
    expect(error).toMatchObject({ code: 'SPOOL_WRITE_FAILED', cause: { code: 'ENOENT' } });
    await expect(drainAll(spool)).rejects.toEqual(coded('SPOOL_READ_FAILED'));
    mkdirSync(place.directory);
    const one = activity();
    await spool.add([one]);
    expect(ids(await drainAll(spool))).toEqual([one.id]);
  });

  test('may hold other files, which are left alone; a link is not followed', async () => {
    await using place = bench();
    const spool = place.open();
    await spool.add(activities(1));
    const [segment = ''] = place.files();
    const path = (name: string): string => join(place.directory, name);
    writeFileSync(path('other.jsonl'), `${JSON.stringify(activity())}\n`);
    await spool.add(activities(1));
    const link = segment.replace(/-[\da-f]{16}-/, '-0000000000000000-');
    symlinkSync(path('other.jsonl'), path(link));
    expect(await drainAll(spool)).toHaveLength(2);
    expect(readdirSync(place.directory).toSorted()).toEqual([link, 'other.jsonl'].toSorted());
  });
});

describe('a closed spool', () => {
  test('has what was under way, and takes no more', async () => {
    await using place = bench();
    const spool = place.open();
    const adding = spool.add(activities(5));
    await spool.close();
    await adding;
    await expect(spool.add(activities(1))).rejects.toEqual(coded('SPOOL_CLOSED'));
    await expect(drainAll(spool)).rejects.toEqual(coded('SPOOL_CLOSED'));
    expect(await drainAll(place.open())).toHaveLength(5);
  });

  test('leaves no file where nothing was added', async () => {
    await using place = bench();
    await place.open().close();
    expect(readdirSync(place.directory)).toEqual([]);
  });
});

test('an activity that cannot be read back is refused now', async () => {
  await using place = bench();
  const spool = place.open();
  await expect(spool.add([activity({ occurredAt: new Date(Number.NaN) })])).rejects.toEqual(coded('SPOOL_WRITE_FAILED'));
  await expect(spool.add([activity({ metadata: { big: 1n as never } })])).rejects.toEqual(coded('SPOOL_WRITE_FAILED'));
  await spool.add(activities(1));
  expect(await drainAll(spool)).toHaveLength(1);
});

test('a segment that is taken away between write and answer is written again', async () => {
  await using place = bench();
  const spool = place.open();
  const [first, second] = [activity(), activity()];
  await spool.add([first]);
  const [segment = ''] = place.files();
  renameSync(join(place.directory, segment), join(place.directory, 'taken'));
  await spool.add([second]);
  expect(ids(await drainAll(spool))).toEqual([second.id]);
});
