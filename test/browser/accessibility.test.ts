import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, launch, openPage } from './support/browser.ts';
import { serveLog } from './support/clinic.ts';
import type { ServedLog } from './support/clinic.ts';

const VIEWS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  '?': (page) => page.locator('.rows .row').first().waitFor(),
  '?outcome=denied&last=30d': (page) => page.locator('.rows .row').first().waitFor(),
  '?model=export': (page) => page.locator('.rows .row').first().waitFor(),
  '?text=paid': async (page) => {
    await page.locator('.rows .row').first().click();
    await page.getByRole('complementary').locator('.effects').waitFor();
  },
  '?view=timeline': (page) => page.locator('.group').first().waitFor(),
  '?view=object&type=Invoice&id=4711': (page) => page.locator('.entry').first().waitFor(),
  '?view=actor&actor=5': (page) => page.locator('.rows .row').first().waitFor(),
  '?view=findings': (page) => page.locator('.findings li').first().waitFor(),
  '?text=nothingatall': (page) => page.getByText('No activities here').waitFor(),
  '?from=nonsense': (page) => page.getByRole('alert').waitFor(),
};

describe.skipIf(!hasChromium)('everybody can use it', () => {
  let browser: Browser;
  let log: ServedLog;
  beforeAll(async () => {
    log = await serveLog({ ordinary: 30 });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await log?.[Symbol.asyncDispose]();
  });

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test.each(Object.entries(VIEWS))('%s has no violation that axe finds', { timeout: 90_000 }, async (search, ready) => {
      const { page } = await openPage(browser, log.origin, { colorScheme });
      await page.goto(`${log.origin}/audit/${search}`);
      await ready(page);
      expect(await violations(page)).toEqual([]);
    });

    test('nor have the open sheets and the help', { timeout: 120_000 }, async () => {
      const { page } = await openPage(browser, log.origin, { colorScheme });
      await page.goto(`${log.origin}/audit/`);
      await page.locator('.rows .row').first().waitFor();
      for (const title of ['Filters', 'Columns', 'Views', 'Export']) {
        await page.locator('summary', { hasText: title }).click();
        expect([title, await violations(page, '.menu[open]')]).toEqual([title, []]);
      }
      await page.getByRole('button', { name: 'Help' }).click();
      expect(await violations(page, 'dialog')).toEqual([]);
    });
  });

  test.each(Object.keys(VIEWS))('%s can be read at a width of 320 pixels without scrolling sideways', { timeout: 90_000 }, async (search) => {
    const { page } = await openPage(browser, log.origin, { viewport: { width: 320, height: 640 } });
    await page.goto(`${log.origin}/audit/${search}`);
    await VIEWS[search]?.(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(await violations(page)).toEqual([]);
  });

  test('colours follow the system, and a choice overrides it', async () => {
    const { page, wrongs } = await openPage(browser, log.origin, { colorScheme: 'dark' });
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.goto(`${log.origin}/audit/`);
    await page.getByRole('grid').waitFor();
    const dark = await ground();
    await page.getByRole('button', { name: 'Colours: auto' }).click();
    expect(await ground()).toBe(dark);
    await page.getByRole('button', { name: 'Colours: dark' }).click();
    await expect.poll(ground).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: 'Colours: light' }).waitFor();
    expect(await ground()).not.toBe(dark);
    await page.keyboard.press('d');
    await expect.poll(ground).toBe(dark);
    expect(wrongs).toEqual([]);
  });

  test('nothing moves for who asks for less motion', async () => {
    const { page } = await openPage(browser, log.origin, { reducedMotion: 'reduce' });
    await page.goto(`${log.origin}/audit/?live=1`);
    await page.locator('.live.on').waitFor();
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });
});

/** What axe finds wrong in the page, or in a part of it. */
async function violations(page: Page, part = 'html'): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).include(part).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`));
}
