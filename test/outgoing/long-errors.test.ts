import { loggedFetch } from '@deedlog/http';
import { expect, test } from 'vitest';
import { watched } from './support/watched.ts';

/** Work in ms, the least of several tries, which is the least disturbed. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

test.each(['a://', 'https://a.example/', '?a=', '&', '//', '//a@', '"'])('a message of many %s costs no more than its length', async (unit) => {
  const own = watched();
  const failing = (length: number) => loggedFetch({ ...own.options, fetch: () => Promise.reject(new Error(unit.repeat(length / unit.length))) });
  const [short, long] = [failing(8_000), failing(64_000)];
  const call = (send: typeof fetch): Promise<unknown> => send('http://a.example/').catch(() => undefined);
  const once = await cost(() => call(short));
  // Eight times as long; the square of that would be 64 times.
  expect(await cost(() => call(long))).toBeLessThan(Math.max(1, once) * 24);
});
