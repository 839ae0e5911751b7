import { describe, expect, test } from 'vitest';
import { hasChromium, openPage } from './support/browser.ts';
import { openLog } from './support/open-log.ts';

describe.skipIf(!hasChromium)('who changed the bank account of INV-4711?', () => {
  const here = openLog();

  test('found by text, opened, and followed to the object, the field and the actor', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/`);
    await page.getByRole('searchbox', { name: 'Search text' }).fill('paid');
    const row = page.getByRole('row').filter({ hasText: 'changed where INV-4711 is paid' });
    await row.getByText('invoice.changeAccount').click();

    const panel = page.getByRole('complementary', { name: 'Activity' });
    await panel.getByText('supplier moved to another bank').waitFor();
    await expect.poll(() => panel.getByText(/^Frances Allen/).count()).toBe(1);
    await expect.poll(() => panel.locator('.chain').innerText()).toMatch(/Frances Allen\s+for\s+Grace Hopper\s+\(impersonation\)/);
    const change = panel.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'bankAccount' }) });
    await expect.poll(() => change.locator('.old').innerText()).toContain('DE02 1203 0000 0000 2020 51');
    await expect.poll(() => change.locator('.new').innerText()).toContain('DE99 1203 0000 0000 2020 99');

    await panel.getByRole('link', { name: 'Invoice INV-4711' }).first().click();
    await page.getByRole('heading', { name: 'INV-4711' }).waitFor();
    await expect.poll(() => page.locator('.entry').count()).toBe(3);
    await page.getByRole('combobox', { name: 'Field' }).selectOption('bankAccount');
    await expect.poll(() => page.locator('.entry').count()).toBe(2);
    await expect.poll(() => page.locator('.entry').first().innerText()).toMatch(/Frances Allen[^]*DE02[^]*DE99/);
    await expect.poll(() => page.locator('.note').innerText()).toContain('bankAccount changed 2 times');

    await page.locator('.entry').first().getByRole('link', { name: 'Frances Allen' }).click();
    await page.getByRole('heading', { name: 'Frances Allen' }).waitFor();
    await expect.poll(() => page.locator('.rows .row').count()).toBeGreaterThan(10);
    const actors = await page.locator('.rows .c-actor').allInnerTexts();
    expect(actors.filter((text) => !text.includes('Frances Allen'))).toEqual([]);
    expect(wrongs).toEqual([]);
  });

  test('what is not the real value is marked: redacted, hashed, unknown, none', async () => {
    const { page } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/?view=object&type=Invoice&id=4711`);
    const cell = (field: string, side: 'old' | 'new'): Promise<string> => page.locator('.entry').nth(1).getByRole('row').filter({ has: page.getByRole('rowheader', { name: field }) }).locator(`.${side} .marker`).innerText();
    expect(await cell('password', 'old')).toBe('redacted');
    expect(await cell('password', 'new')).toBe('redacted');
    expect(await cell('email', 'new')).toBe('hashed');
    expect(await cell('comment', 'old')).toBe('unknown');
    await expect.poll(() => page.locator('.entry').nth(2).locator('.old .marker').first().innerText()).toBe('none');
  });

  test('the address is the state: a shared link shows the same, back and forward go through it', async () => {
    const first = await openPage(here.browser, here.log.origin);
    await first.page.goto(`${here.log.origin}/audit/`);
    await first.page.getByRole('button', { name: 'denied' }).click();
    await first.page.locator('summary', { hasText: 'Columns' }).click();
    await first.page.getByRole('checkbox', { name: 'Message' }).uncheck();
    await first.page.getByRole('checkbox', { name: 'Address' }).check();
    await first.page.keyboard.press('Escape');
    await first.page.locator('.rows .row').nth(2).click();
    await first.page.getByRole('complementary').waitFor();
    const seen = async (page: typeof first.page): Promise<unknown> => ({
      heads: await page.getByRole('columnheader').allInnerTexts(),
      rows: (await page.locator('.rows .row').allInnerTexts()).slice(0, 10),
      open: await page.getByRole('complementary').locator('.headline').innerText(),
    });
    const second = await openPage(here.browser, here.log.origin);
    await second.page.goto(first.page.url());
    await second.page.getByRole('complementary').locator('.headline').waitFor();
    // The panel and the list beside it are two requests.
    await expect.poll(() => seen(second.page)).toEqual(await seen(first.page));
    expect(JSON.stringify(await seen(second.page))).toContain('Address');

    await first.page.goBack();
    await expect.poll(() => first.page.getByRole('complementary').count()).toBe(0);
    await first.page.goBack();
    await expect.poll(() => first.page.getByRole('button', { name: 'denied' }).getAttribute('aria-pressed')).toBe('false');
    await first.page.goForward();
    await expect.poll(() => first.page.getByRole('button', { name: 'denied' }).getAttribute('aria-pressed')).toBe('true');
    expect([...first.wrongs, ...second.wrongs]).toEqual([]);
  });

  test('the timeline groups by request, oldest first', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/?view=timeline&correlation=story-2`);
    await expect.poll(() => page.locator('.group').count()).toBe(1);
    await expect.poll(() => page.locator('.group-head').innerText()).toMatch(/POST \/graphql\s+2 activities, 1 effect, 1 without success/);
    expect(await page.locator('.entry .what').allInnerTexts()).toEqual(['invoice.changeAccount', 'invoice.approve']);
    expect(wrongs).toEqual([]);
  });

  test('own columns of a model are columns and filters', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/`);
    await page.getByRole('combobox', { name: 'Model' }).selectOption('export');
    await expect.poll(() => page.getByRole('columnheader').allInnerTexts()).toEqual(expect.arrayContaining(['team', 'rowCount']));
    await expect.poll(() => page.locator('.rows .row').innerText()).toContain('Finance');
    await page.locator('summary', { hasText: 'Filters' }).click();
    await page.getByRole('textbox', { name: 'team' }).fill('Legal');
    await page.getByRole('button', { name: 'Apply filters' }).click();
    await page.getByText('No activities here').waitFor();
    expect(new URL(page.url()).searchParams.get('col.team')).toBe('Legal');
    await page.getByRole('button', { name: 'Remove filter team' }).click();
    await expect.poll(() => page.locator('.rows .row').count()).toBe(1);
    expect(wrongs).toEqual([]);
  });

  test('findings, and row changes that nobody explains', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/?view=findings`);
    await expect.poll(() => page.locator('.findings li').count()).toBe(2);
    await expect.poll(() => page.locator('.findings').innerText()).toContain('psql_admin');
    await page.goto(`${here.log.origin}/audit/?unexplained=1`);
    await page.locator('.rows .row').first().click();
    const panel = page.getByRole('complementary');
    await expect.poll(() => panel.locator('.headline').innerText()).toContain('unexplained effect');
    await expect.poll(() => panel.locator('.changes').innerText()).toMatch(/total[^]*10[^]*9000/);
    expect(wrongs).toEqual([]);
  });
});
