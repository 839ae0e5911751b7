import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasChromium, openPage } from './support/browser.ts';
import { openLog } from './support/open-log.ts';

/** The morning of the records: 400 minutes from 8 o'clock. */
const RANGE = 'from=2026-11-01T08:00:00.000Z&until=2026-11-01T15:00:00.000Z';

describe.skipIf(!hasChromium)('the chart filters by time', () => {
  const here = openLog();

  test('by dragging', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/?${RANGE}`);
    const box = await page.locator('.plot').boundingBox();
    if (box === null) throw new Error('no chart');
    await page.mouse.move(box.x + box.width * 0.25 + 2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, box.y + 25, { steps: 5 });
    await expect.poll(() => page.locator('.brush').count()).toBe(1);
    await page.mouse.move(box.x + box.width * 0.5 - 2, box.y + 20, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => params(page).get('from')).toBe('2026-11-01T09:45:00.000Z');
    expect(params(page).get('until')).toBe('2026-11-01T11:30:00.000Z');
    await expect.poll(() => page.locator('.foot').innerText()).toContain('106 of 106 activities');
    await expect.poll(() => page.locator('.axis .hint').innerText()).toContain('106 activities');

    await page.goBack();
    await expect.poll(() => page.locator('.foot').innerText()).toContain('of 403');
    expect(wrongs).toEqual([]);
  });

  test('by keyboard alone', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/?${RANGE}`);
    const from = page.getByRole('slider', { name: 'Chart: from (Enter filters)' });
    await from.focus();
    for (let step = 0; step < 15; step += 1) await page.keyboard.press('ArrowRight');
    await expect.poll(() => from.getAttribute('aria-valuetext')).toBe('2026-11-01 09:45:00');
    await page.keyboard.press('Tab');
    for (let step = 0; step < 30; step += 1) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => params(page).get('from')).toBe('2026-11-01T09:45:00.000Z');
    expect(params(page).get('until')).toBe('2026-11-01T11:30:00.000Z');
    await page.getByRole('button', { name: 'Show all time' }).click();
    await expect.poll(() => params(page).has('from')).toBe(false);
    expect(wrongs).toEqual([]);
  });

  test('Escape gives up', async () => {
    const { page } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/?${RANGE}`);
    await page.getByRole('slider', { name: 'Chart: from (Enter filters)' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.brush').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.brush').count()).toBe(0);
    expect(params(page).get('from')).toBe('2026-11-01T08:00:00.000Z');
  });
});

function params(page: Page): URLSearchParams {
  return new URL(page.url()).searchParams;
}
