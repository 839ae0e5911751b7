import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, launch, openPage } from './support/browser.ts';
import { serveLog } from './support/clinic.ts';
import type { ServedLog } from './support/clinic.ts';

const ROWS = 10_000;
/** Milliseconds of the page's own work after which a frame is one that a reader notices. Work, not time: the machine does other work too. */
const LONG = 50;

interface Scrolled {
  readonly frames: number;
  readonly mostElements: number;
}

/** Scrolls from the top to the end and back, a third of a screen in each frame, with leaps between. Runs in the page. */
const SCROLL = `(async () => {
  let frames = 0;
  let mostElements = 0;
  const step = async (to) => {
    scrollTo(0, to);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    frames += 1;
    mostElements = Math.max(mostElements, document.getElementsByTagName('*').length);
  };
  const end = document.documentElement.scrollHeight;
  for (let from = 0; from < end; from += end / 8) for (let thirds = 0; thirds < 30; thirds += 1) await step(from + thirds * innerHeight / 3);
  for (let to = end; to > 0; to -= end / 100) await step(to);
  return { frames, mostElements };
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

    const worked = await workOf(page);
    const { frames, mostElements } = (await page.evaluate(SCROLL)) as Scrolled;
    const each = (await worked()) / frames;
    console.log(`scroll of 10,000 rows: ${frames} frames, ${each.toFixed(1)} ms of work in each, at most ${mostElements} elements`);
    expect(frames).toBeGreaterThan(300);
    expect(each).toBeGreaterThan(0);
    expect(each).toBeLessThan(LONG);
    expect(mostElements).toBeLessThan(3000);
    expect(wrongs).toEqual([]);
  });
});

/** Begins to measure the processor time of the page's main thread; what is returned tells it in milliseconds. */
async function workOf(page: Page): Promise<() => Promise<number>> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async (): Promise<number> => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const before = await spent();
  return async () => (await spent()) - before;
}
