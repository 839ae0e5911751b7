import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, launch, openPage } from './support/browser.ts';
import { serveLog } from './support/clinic.ts';
import type { ServedLog } from './support/clinic.ts';

const ROWS = 10_000;
/** Milliseconds after which a frame is one that a reader notices; generous, because the machine does other work too. */
const LONG = 200;

interface Scrolled {
  readonly frames: number;
  readonly long: number;
  readonly median: number;
  readonly mostElements: number;
}

/** Scrolls from the top to the end and back, a third of a screen in each frame, with leaps between; measures every frame. Runs in the page. */
const SCROLL = `(async () => {
  const times = [];
  let mostElements = 0;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let before = await frame();
  const step = async (to) => {
    scrollTo(0, to);
    const now = await frame();
    times.push(now - before);
    before = now;
    mostElements = Math.max(mostElements, document.getElementsByTagName('*').length);
  };
  const end = document.documentElement.scrollHeight;
  for (let from = 0; from < end; from += end / 8) for (let frames = 0; frames < 30; frames += 1) await step(from + frames * innerHeight / 3);
  for (let to = end; to > 0; to -= end / 100) await step(to);
  times.sort((one, other) => one - other);
  return { frames: times.length, long: times.filter((time) => time > ${LONG}).length, median: times[times.length >> 1], mostElements };
})()`;

describe.skipIf(!hasChromium)('10,000 rows', () => {
  let browser: Browser;
  let log: ServedLog;
  beforeAll(async () => {
    log = await serveLog({ ordinary: ROWS, records: { activities: [], effects: [] } });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await log?.[Symbol.asyncDispose]();
  });

  test('come as the reader scrolls, and scroll smoothly', { timeout: 180_000 }, async () => {
    const { page, wrongs } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/`);
    await page.locator('.rows .row').first().waitFor();
    await expect.poll(() => page.locator('.foot').innerText()).toMatch(/^200 of about [\d,]+ activities/);
    await expect.poll(async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      return page.locator('.foot').innerText();
    }, { timeout: 120_000, interval: 30 }).toContain('10,000 of 10,000 activities');
    await expect.poll(async () => {
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      return page.locator('.rows .row').last().innerText();
    }).toContain('2026-11-01 08:00:00');

    const { frames, long, median, mostElements } = (await page.evaluate(SCROLL)) as Scrolled;
    console.log(`scroll of 10,000 rows: ${frames} frames, median ${median.toFixed(1)} ms, ${long} longer than ${LONG} ms, at most ${mostElements} elements`);
    expect(frames).toBeGreaterThan(300);
    expect(long).toBeLessThan(frames / 10);
    expect(mostElements).toBeLessThan(3000);
    expect(wrongs).toEqual([]);
  });
});
