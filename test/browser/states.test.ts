import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasChromium, launch, openPage } from './support/browser.ts';
import { EVERYTHING, serveLog } from './support/clinic.ts';
import type { ServedLog } from './support/clinic.ts';
import { activityAt } from './support/records.ts';

describe.skipIf(!hasChromium)('the page tells how things stand', () => {
  let browser: Browser;
  let log: ServedLog;
  beforeAll(async () => {
    log = await serveLog({ ordinary: 300 });
    browser = await launch();
  });
  beforeEach(() => log.allow(EVERYTHING));
  afterAll(async () => {
    await browser?.close();
    await log?.[Symbol.asyncDispose]();
  });

  test('leave to read was taken away: says so, with the code, and recovers', async () => {
    const { page } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/`);
    await page.locator('.rows .row').first().waitFor();
    log.allow(null);
    await page.getByRole('button', { name: 'failure' }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    await expect.poll(() => alert.innerText()).toContain('READ_DENIED');
    await expect.poll(() => page.locator('.rows').count()).toBe(0);
    log.allow(EVERYTHING);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.rows .row').first().waitFor();
  });

  test('without leave there is not even the page', async () => {
    log.allow(null);
    const { page } = await openPage(browser, log.origin);
    expect((await page.goto(`${log.origin}/audit/`))?.status()).toBe(403);
    expect(await page.content()).not.toContain('<script');
  });

  test('a filter that cannot be read: the code and the remedy', async () => {
    const { page } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/?from=nonsense`);
    const text = await page.getByRole('alert').innerText();
    expect(text).toContain('HTTP_PARAMETER_INVALID');
    expect(text).toContain('is no time like');
  });

  test('offline: says so, and goes on when the network is back', async () => {
    const { page } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/`);
    await page.locator('.rows .row').first().waitFor();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'failure' }).click();
    await page.getByRole('alert').waitFor();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('You are offline.');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.rows .row').first().waitFor();
  });

  test('loading is said before anything is there', async () => {
    const { page } = await openPage(browser, log.origin);
    await page.route('**/api/activities?*', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    await page.goto(`${log.origin}/audit/`);
    await page.getByText('Loading activities…').waitFor();
    await page.locator('.rows .row').first().waitFor();
    await expect.poll(() => page.getByText('Loading activities…').count()).toBe(0);
  });

  test('live: what is recorded appears at once; who has scrolled down is not moved', async () => {
    const { page, wrongs } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/`);
    await page.locator('.rows .row').first().waitFor();
    await page.keyboard.press('l');
    await page.locator('.live.on').waitFor();
    await log.add({ activities: [activityAt(0, { occurredAt: new Date(), message: 'first one live', messageValues: {} })] });
    await expect.poll(() => page.locator('.rows .row').first().innerText()).toContain('first one live');
    await page.evaluate('scrollTo(0, 3000)');
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(2000);
    await log.add({ activities: [activityAt(0, { occurredAt: new Date(), message: 'second one live', messageValues: {} })] });
    await page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await page.evaluate('scrollY')).toBeGreaterThan(2000);
    await page.getByRole('button', { name: '1 new' }).click();
    await expect.poll(() => page.locator('.rows .row').first().innerText()).toContain('second one live');
    expect(await page.evaluate('scrollY')).toBe(0);
    expect(wrongs).toEqual([]);
  });

  test('live: what the list brings that is asked for again waits as well, and only once', async () => {
    const { page, wrongs } = await openPage(browser, log.origin);
    const asked = Promise.withResolvers<void>();
    await page.route(/api\/activities\?.*limit=50(?!\d)/, async (route) => {
      await asked.promise;
      await route.continue();
    });
    await page.goto(`${log.origin}/audit/`);
    await page.locator('.rows .row').first().waitFor();
    // The list is asked for again as soon as the tail is open: from then on the tail brings what is recorded.
    const open = page.waitForRequest(/api\/activities\?.*limit=50(?!\d)/);
    await page.keyboard.press('l');
    await open;
    await page.evaluate('scrollTo(0, 3000)');
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(2000);
    await log.add({ activities: [activityAt(0, { occurredAt: new Date(), message: 'known twice', messageValues: {} })] });
    await page.getByRole('button', { name: '1 new' }).waitFor();
    const before = await page.locator('.rows .row').allInnerTexts();
    const answered = page.waitForResponse(/api\/activities\?.*limit=50(?!\d)/);
    asked.resolve();
    await (await answered).finished();
    // A turn of the page, so that what has come is drawn.
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
    expect(await page.getByRole('button', { name: '1 new' }).count()).toBe(1);
    expect(await page.locator('.rows .row').allInnerTexts()).toEqual(before);
    await page.getByRole('button', { name: '1 new' }).click();
    await expect.poll(() => page.locator('.rows .row').filter({ hasText: 'known twice' }).count()).toBe(1);
    expect(wrongs).toEqual([]);
  });

  test('saved views stay in this browser', async () => {
    const { page, wrongs } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/?outcome=denied&action=invoice.*`);
    await page.locator('summary', { hasText: 'Views' }).click();
    await page.getByRole('textbox', { name: 'Name of the view' }).fill('Denied invoices');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.goto(`${log.origin}/audit/`);
    await page.locator('summary', { hasText: 'Views' }).click();
    await page.getByRole('link', { name: 'Denied invoices' }).click();
    expect(new URL(page.url()).search).toBe('?outcome=denied&action=invoice.*'.replace('*', encodeURIComponent('*').replace('%2A', '*')));
    await expect.poll(async () => [...new Set(await page.locator('.rows .c-outcome').allInnerTexts())]).toEqual(['denied']);
    await page.getByRole('button', { name: 'Delete view Denied invoices' }).click();
    await page.getByText('No saved views yet.').waitFor();
    expect(wrongs).toEqual([]);
  });

  test('export has what the filters hold', async () => {
    const { page, wrongs } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/?outcome=denied`);
    await page.locator('.rows .row').first().waitFor();
    await page.locator('summary', { hasText: 'Export' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /JSON Lines/ }).click()]);
    const lines = readFileSync(await download.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { readonly outcome: string });
    expect(lines.length).toBeGreaterThan(10);
    expect([...new Set(lines.map(({ outcome }) => outcome))]).toEqual(['denied']);
    await expect.poll(() => page.getByRole('link', { name: /CSV/ }).getAttribute('href')).toBe('/audit/api/export?format=csv&outcome=denied');
    expect(wrongs).toEqual([]);
  });

  test('the page asks for nothing but its data', async () => {
    const { page, requests } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/`);
    await page.locator('.rows .row').first().waitFor();
    const paths = requests.map((url) => (url.startsWith('data:') ? 'data:' : new URL(url).pathname));
    expect([...new Set(paths)].toSorted().filter((path) => path !== 'data:')).toEqual(['/audit/', '/audit/api/activities', '/audit/api/chart', '/audit/api/models']);
  });
});
