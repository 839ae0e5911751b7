import { fileSpool } from '@deedlog/spool';
import type { Activity } from '@deedlog/core';
import fc from 'fast-check';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { activities, activity, bench, drainAll, ids } from './support.ts';

/** One segment with these activities, whose bytes `damage` changes. */
async function damaged(place: ReturnType<typeof bench>, added: readonly Activity[], damage: (bytes: Buffer) => Buffer): Promise<void> {
  const spool = place.open();
  await spool.add(added);
  await spool.close();
  const [file = ''] = place.files();
  const path = join(place.directory, file);
  writeFileSync(path, damage(readFileSync(path)));
}

describe('a last line that was cut off', () => {
  test('anywhere costs nothing that stands before it', async () => {
    const added = activities(3);
    const last = Buffer.byteLength(JSON.stringify(added[2])) + 1;
    for (let cut = 1; cut < last; cut += 7) {
      await using place = bench();
      await damaged(place, added, (bytes) => bytes.subarray(0, bytes.length - cut));
      const spool = place.open();
      // Without its line feed only, the line is whole.
      expect(ids(await drainAll(spool))).toEqual(ids(cut === 1 ? added : added.slice(0, 2)));
      expect(spool.counters).toMatchObject({ torn: cut === 1 ? 0 : 1, corrupt: 0 });
      expect(place.problems).toEqual(cut === 1 ? [] : ['SPOOL_LINE_TORN']);
      expect(place.files('.corrupt')).toHaveLength(cut === 1 ? 0 : 1);
      expect(place.files()).toEqual([]);
    }
  });
});

describe('a corrupt line', () => {
  test.each([
    ['no JSON', '{"id": "0190", '],
    ['JSON of something else', '[1, 2, 3]'],
    ['null', 'null'],
    ['without a date', '{"id":"1","action":"a.b","recordedAt":"2026-11-21T10:00:00.000Z"}'],
    ['with a wrong date', '{"id":"1","action":"a.b","occurredAt":"soon","recordedAt":"2026-11-21T10:00:00.000Z"}'],
    ['with bytes that are no UTF-8', Buffer.from('7b226964223a22fffe227d', 'hex')],
    ['of zeros, as a crash of the machine leaves them', Buffer.alloc(300)],
  ])('is set aside and costs no other: %s', async (_name, line) => {
    await using place = bench();
    const added = activities(2);
    await damaged(place, added, (bytes) => {
      const middle = bytes.indexOf('\n') + 1;
      return Buffer.concat([bytes.subarray(0, middle), Buffer.from(line), Buffer.from('\n'), bytes.subarray(middle)]);
    });
    const spool = place.open();
    expect(await drainAll(spool)).toEqual(added);
    expect(spool.counters).toMatchObject({ corrupt: 1, torn: 0 });
    expect(place.problems).toEqual(['SPOOL_LINE_CORRUPT']);
    const [aside = ''] = place.files('.corrupt');
    expect(readFileSync(join(place.directory, aside))).toEqual(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
    expect(place.files()).toEqual([]);
  });

  test('is told as a process warning where nobody listens', async () => {
    await using place = bench();
    await damaged(place, activities(1), (bytes) => Buffer.concat([bytes, Buffer.from('rubbish\n')]));
    const warned = once(process, 'warning');
    const spool = fileSpool(place.directory);
    await drainAll(spool);
    await spool.close();
    expect(await warned).toEqual([expect.objectContaining({ code: 'SPOOL_LINE_CORRUPT' })]);
  });
});

describe('any damage', () => {
  test('to one byte costs one line at most, and never a drain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat({ max: 255 }), async (position, byte) => {
        await using place = bench();
        const added = activities(5);
        await damaged(place, added, (bytes) => {
          bytes[position % bytes.length] = byte;
          return bytes;
        });
        const drained = ids(await drainAll(place.open()));
        // A line feed in the middle makes two bad lines of one; a lost one makes one bad line of two.
        expect(drained.filter((id) => ids(added).includes(id)).length).toBeGreaterThanOrEqual(3);
        expect(place.files()).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('any activity', () => {
  const json = fc.jsonValue({ stringUnit: 'binary' });
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\r\n', '\u2028', '\0', '\ud800', '\ufeff', '__proto__'));
  const date = fc.date({ noInvalidDate: true });

  test('comes back exactly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ reason: text, occurredAt: date, recordedAt: date, metadata: fc.dictionary(text, json) }), { minLength: 1, maxLength: 5 }), async (given) => {
        await using place = bench();
        const spool = place.open();
        const added = given.map((one) => activity(one as Partial<Activity>));
        await spool.add(added);
        const drained = await drainAll(spool);
        expect(drained).toEqual(JSON.parse(JSON.stringify(added), revive));
        expect(drained.map(({ occurredAt }) => occurredAt.getTime())).toEqual(added.map(({ occurredAt }) => occurredAt.getTime()));
        expect(drained.map(({ recordedAt }) => recordedAt)).toEqual(added.map(({ recordedAt }) => recordedAt));
        expect(drained.map(({ reason }) => reason)).toEqual(added.map(({ reason }) => reason));
      }),
      { numRuns: 150 },
    );
  });

  /** JSON's own limits (-0) are not the spool's. */
  function revive(key: string, value: unknown): unknown {
    return (key === 'occurredAt' || key === 'recordedAt') && typeof value === 'string' ? new Date(value) : value;
  }
});
