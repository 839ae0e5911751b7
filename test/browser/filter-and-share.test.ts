import { DATA_SUBJECT } from '@deedlog/core';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasChromium, openPage } from './support/browser.ts';
import { openLog } from './support/open-log.ts';
import { activityAt } from './support/records.ts';

const panelOf = (page: Page): Locator => page.getByRole('complementary', { name: 'Activity' });

describe.skipIf(!hasChromium)('what is narrowed down, and passed on', () => {
  const here = openLog();

  test('findings of one kind', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/?view=findings`);
    const kind = page.getByRole('combobox', { name: 'Kind' });
    await expect.poll(() => kind.locator('option').allInnerTexts()).toEqual(['all (2)', 'effectless-activity (1)', 'unexplained-effect (1)']);
    await kind.selectOption('unexplained-effect');
    await expect.poll(() => page.locator('.findings li').count()).toBe(1);
    await expect.poll(() => page.locator('.findings').innerText()).toMatch(/unexplained-effect[^]*public\.invoice 4712[^]*psql_admin/);
    expect(new URL(page.url()).searchParams.get('kind')).toBe('unexplained-effect');
    await page.reload();
    await expect.poll(() => page.locator('.findings li').count()).toBe(1);
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('');
    await expect.poll(() => page.locator('.findings li').count()).toBe(2);
    expect(wrongs).toEqual([]);
  });

  test('only row changes that no activity explains, and all again', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/`);
    await expect.poll(() => page.locator('.rows .row').count()).toBeGreaterThan(1);
    await page.locator('summary', { hasText: 'Filters' }).click();
    await page.getByRole('checkbox', { name: 'Only row changes that no activity explains' }).check();
    await page.getByRole('button', { name: 'Apply filters' }).click();
    await expect.poll(() => page.locator('.rows .row').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('unexplained')).toBe('1');
    await page.locator('.rows .row').click();
    await expect.poll(() => panelOf(page).locator('.headline').innerText()).toContain('unexplained effect');
    await page.getByRole('button', { name: 'Remove filter Unexplained' }).click();
    await expect.poll(() => page.locator('.rows .row').count()).toBeGreaterThan(1);
    expect(new URL(page.url()).searchParams.has('unexplained')).toBe(false);
    expect(wrongs).toEqual([]);
  });

  test('a person’s access log, apart from what the person did', async () => {
    const about = { role: DATA_SUBJECT, type: 'Person', id: '5', label: null };
    await here.log.add({ activities: [activityAt(500, { action: 'person.view', actorId: '2', actorLabel: 'Grace Hopper', related: [about] }), activityAt(501, { action: 'person.update', actorId: '2', actorLabel: 'Grace Hopper', related: [about] })] });
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    await page.goto(`${here.log.origin}/audit/?view=actor&actor=5`);
    await page.getByRole('heading', { name: 'Frances Allen' }).waitFor();
    await expect.poll(() => page.locator('.rows .row').count()).toBeGreaterThan(10);
    await page.getByRole('link', { name: 'Access log' }).click();
    await expect.poll(() => page.locator('.rows .row').count()).toBe(2);
    await expect.poll(() => page.locator('.rows .c-action').allInnerTexts()).toEqual(['person.update', 'person.view']);
    expect(await page.locator('.rows .c-actor').allInnerTexts()).toEqual([expect.stringContaining('Grace Hopper'), expect.stringContaining('Grace Hopper')]);
    await expect.poll(() => page.getByRole('link', { name: 'Access log' }).getAttribute('aria-current')).toBe('page');
    await page.getByRole('heading', { name: 'Frances Allen' }).waitFor();
    await page.goBack();
    await expect.poll(() => page.locator('.rows .row').count()).toBeGreaterThan(10);
    expect(wrongs).toEqual([]);
  });

  test('Copy link copies what is seen, filters and all', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(`${here.log.origin}/audit/?action=invoice.*`);
    await page.getByRole('button', { name: 'denied' }).click();
    await page.locator('.rows .row').first().click();
    await panelOf(page).locator('.headline').waitFor();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    const link = String(await page.evaluate('navigator.clipboard.readText()'));
    expect([...new URL(link).searchParams.keys()].toSorted()).toEqual(['action', 'open', 'outcome']);
    const second = await openPage(here.browser, here.log.origin);
    await second.page.goto(link);
    await panelOf(second.page).locator('.headline').waitFor();
    expect(await panelOf(second.page).locator('.headline').innerText()).toBe(await panelOf(page).locator('.headline').innerText());
    // The panel and the list beside it are two requests.
    await expect.poll(() => second.page.locator('.rows .row').allInnerTexts()).toEqual(await page.locator('.rows .row').allInnerTexts());
    expect([...wrongs, ...second.wrongs]).toEqual([]);
  });

  test('where the clipboard is refused, Copy link says nothing that is not so', async () => {
    const { page, wrongs } = await openPage(here.browser, here.log.origin);
    const devTools = await page.context().newCDPSession(page);
    const { browserContextId = '' } = (await devTools.send('Target.getTargetInfo')).targetInfo;
    await devTools.send('Browser.setPermission', { origin: here.log.origin, permission: { name: 'clipboard-write' }, setting: 'denied', browserContextId });
    await page.goto(`${here.log.origin}/audit/`);
    await page.getByRole('button', { name: 'Copy link' }).click();
    // Asked after the button, and so answered after it.
    expect(await page.evaluate(`navigator.clipboard.writeText('').catch(({ name }) => name)`)).toBe('NotAllowedError');
    expect(await page.getByText('Copied').count()).toBe(0);
    expect(wrongs).toEqual([]);
  });
});
