import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, launch, openPage } from './support/browser.ts';
import { serveLog } from './support/clinic.ts';
import type { ServedLog } from './support/clinic.ts';

const PAGE = `<!doctype html><html lang="en"><title>Invoice</title><style>p { color: red; font-size: 40px } button { display: none }</style>
<script src="/audit/history.js" defer></script>
<main><h1>Our page</h1><deedlog-history type="Invoice" id="4711" src="/audit/"></deedlog-history></main>`;

describe.skipIf(!hasChromium)('<deedlog-history>', () => {
  let browser: Browser;
  let log: ServedLog;
  beforeAll(async () => {
    log = await serveLog({ ordinary: 5 });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await log?.[Symbol.asyncDispose]();
  });

  const openHost = async (): Promise<Awaited<ReturnType<typeof openPage>>> => {
    const opened = await openPage(browser, log.origin);
    // A strict policy of the team's own page: the element needs no more than its script.
    await opened.page.route('**/invoice', (route) => route.fulfill({ body: PAGE, headers: { 'content-type': 'text/html', 'content-security-policy': "default-src 'self'; style-src 'unsafe-inline'; require-trusted-types-for 'script'" } }));
    await opened.page.goto(`${log.origin}/invoice`);
    return opened;
  };

  test('shows the history of one object on a page of the team, in styles of its own', async () => {
    const { page, wrongs } = await openHost();
    await expect.poll(() => page.locator('deedlog-history .entry').count()).toBe(3);
    const change = page.locator('deedlog-history .entry').nth(1);
    await expect.poll(() => change.innerText()).toMatch(/Frances Allen[^]*invoice\.changeAccount[^]*supplier moved to another bank[^]*DE02[^]*DE99/);
    expect(await page.evaluate('getComputedStyle(document.querySelector("deedlog-history").shadowRoot.querySelector(".message")).fontSize')).toBe('14px');
    expect((await new AxeBuilder({ page }).analyze()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html}`))).toEqual([]);
    expect(wrongs).toEqual([]);
  });

  test('follows its attributes, pages, and links to the viewer', async () => {
    const { page, wrongs } = await openHost();
    const element = page.locator('deedlog-history');
    await page.evaluate('document.querySelector("deedlog-history").setAttribute("limit", "1")');
    await expect.poll(() => element.locator('.entry').count()).toBe(1);
    await element.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(() => element.locator('.entry').count()).toBe(2);
    await page.evaluate('document.querySelector("deedlog-history").setAttribute("id", "3")');
    await expect.poll(() => element.locator('.entry').count()).toBe(1);
    await page.evaluate('document.querySelector("deedlog-history").setAttribute("id", "nothing")');
    await element.getByText('No history').waitFor();
    await page.evaluate('document.querySelector("deedlog-history").setAttribute("limit", "20")');
    await page.evaluate('document.querySelector("deedlog-history").setAttribute("id", "4711")');
    await element.getByRole('link', { name: 'Frances Allen' }).click();
    await page.getByRole('heading', { name: 'Frances Allen' }).waitFor();
    expect(page.url()).toBe(`${log.origin}/audit/?view=actor&actor=5`);
    expect(wrongs).toEqual([]);
  });

  test('says where reading is denied', async () => {
    const { page } = await openHost();
    await page.locator('deedlog-history .entry').first().waitFor();
    log.allow(null);
    await page.evaluate('document.querySelector("deedlog-history").setAttribute("id", "4")');
    await page.locator('deedlog-history').getByRole('alert').waitFor();
    await expect.poll(() => page.locator('deedlog-history').getByRole('alert').innerText()).toContain('READ_DENIED');
    log.allow({ tenants: 'all', models: 'all' });
  });
});
