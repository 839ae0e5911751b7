import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasChromium, openPage } from './support/browser.ts';
import { openLog } from './support/open-log.ts';

describe.skipIf(!hasChromium)('with the keyboard alone', () => {
  const here = openLog();

  const focusedRow = (page: Page): Promise<unknown> => page.evaluate('document.activeElement?.dataset?.index ?? null');
  const openOne = async (): Promise<{ page: Page; wrongs: string[] }> => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/`);
    await page.locator('.rows .row').first().waitFor();
    return { page, wrongs };
  };

  test('search, walk, open, close', async () => {
    const { page, wrongs } = await openOne();
    await page.keyboard.press('/');
    await page.keyboard.type('approve');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.foot').innerText()).toContain('of 68');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await expect.poll(() => focusedRow(page)).toBe('1');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await expect.poll(() => focusedRow(page)).toBe('1');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focusedRow(page)).toBe('2');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary');
    await panel.waitFor();
    const opened = await panel.locator('.moment').first().innerText();
    await page.keyboard.press('j');
    await expect.poll(() => panel.locator('.moment').first().innerText()).not.toBe(opened);
    expect(await focusedRow(page)).toBe('3');
    await page.keyboard.press('Escape');
    await expect.poll(() => panel.count()).toBe(0);
    expect(wrongs).toEqual([]);
  });

  test('End and Home walk far beyond the rows that are drawn', async () => {
    const { page } = await openOne();
    await page.locator('.rows .row').first().focus();
    await page.keyboard.press('End');
    await expect.poll(async () => Number(await focusedRow(page))).toBeGreaterThan(150);
    await page.keyboard.press('Home');
    await expect.poll(() => focusedRow(page)).toBe('0');
  });

  test('Tab reaches the links of one row, not of every row', async () => {
    const { page } = await openOne();
    await page.locator('.rows .row').first().focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Grace Hopper');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'INV-1399' }).waitFor();
  });

  test('what has the focus can be seen', async () => {
    const { page } = await openOne();
    // The chart has two of the stops; without them Tab would come to the end of the page.
    await page.getByRole('slider').first().waitFor();
    const unseen: unknown[] = [];
    for (let step = 0; step < 24; step += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate(`(() => {
        const element = document.activeElement;
        const style = getComputedStyle(element, element.type === 'range' ? '::-webkit-slider-thumb' : null);
        return element.type === 'range' || style.outlineStyle !== 'none' ? null : element.outerHTML.slice(0, 200);
      })()`);
      if (seen !== null) unseen.push(seen);
    }
    expect(unseen).toEqual([]);
  });

  test('a menu closes with Escape and gives the focus back; help tells the keys and can turn them off', async () => {
    const { page, wrongs } = await openOne();
    const columns = page.locator('summary', { hasText: 'Columns' });
    await columns.focus();
    await page.keyboard.press('Enter');
    await page.getByText('Columns of default').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Columns');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.waitFor();
    await dialog.getByLabel('Single keys do these things').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('2');
    await page.waitForTimeout(100);
    expect(await focusedRow(page)).toBeNull();
    expect(page.url()).not.toContain('timeline');
    expect(wrongs).toEqual([]);
  });

  test('1, 2 and 3 change the view', async () => {
    const { page } = await openOne();
    await page.keyboard.press('2');
    await page.locator('.group').first().waitFor();
    await page.keyboard.press('3');
    await page.getByRole('heading', { name: 'Findings' }).waitFor();
    await page.keyboard.press('1');
    await page.getByRole('grid').waitFor();
  });
});
