import { createId } from '@deedlog/core';
import { describe, expect, test } from 'vitest';

describe('createId', () => {
  test('is a UUIDv7: version 7, variant 10, the milliseconds in front (RFC 9562 §5.7)', () => {
    const now = Date.UTC(2026, 10, 21, 10, 11, 12, 345);
    for (let n = 0; n < 1000; n++) {
      const id = createId(now);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(now);
    }
  });

  test('takes the time of now', () => {
    const before = Date.now();
    const id = createId();
    const time = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    expect(time >= before && time <= Date.now()).toBe(true);
  });

  test('sorts as text by the millisecond', () => {
    const ids = [0, 1, 2 ** 31, 2 ** 32, 1_700_000_000_000, 1_700_000_000_001, 2 ** 47].map((time) => createId(time));
    expect(ids.toSorted()).toEqual(ids);
  });

  test('takes a time with fractions, as performance.now() gives it', () => {
    expect(createId(1_700_000_000_000.75)).toMatch(/^018bcfe5-6800-7/);
  });

  test('is unique over a million, and all of its random bits move', () => {
    const ids = new Set<string>();
    const [always, never] = [Array.from({ length: 128 }, () => 1), Array.from({ length: 128 }, () => 1)];
    for (let n = 0; n < 1_000_000; n++) ids.add(createId(0));
    expect(ids.size).toBe(1_000_000);
    for (const id of [...ids].slice(0, 500)) {
      const bits = BigInt(`0x${id.replaceAll('-', '')}`);
      for (let bit = 0; bit < 128; bit++) (((bits >> BigInt(bit)) & 1n) === 1n ? never : always)[bit] = 0;
    }
    const moving = always.filter((fixed, bit) => fixed === 0 && never[bit] === 0).length;
    expect(moving).toBe(74);
  });
});
