import { LOG_READER, playTheDay, playTheNight, SEED_PASSWORD } from 'clinic';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testClinic } from '../examples/support/test-clinic.ts';
import type { TestClinic } from '../examples/support/test-clinic.ts';
import { hasChromium, launch, openPage } from './support/browser.ts';
import type { WatchedPage } from './support/browser.ts';

const START_MS = 120_000;

describe.skipIf(!hasChromium)('the clinic’s log in a browser', () => {
  let browser: Browser;
  let clinic: TestClinic;
  beforeAll(async () => {
    clinic = await testClinic();
    await playTheDay(clinic);
    await playTheNight(clinic);
    browser = await launch();
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    await clinic?.[Symbol.asyncDispose]();
  });

  /** From the link that the demo prints to the log. */
  async function signIn(): Promise<WatchedPage> {
    const watched = await openPage(browser, clinic.url);
    const { page } = watched;
    await page.goto(`${clinic.url}/audit`);
    expect(new URL(page.url()).pathname).toBe('/audit/sign-in');
    await page.getByLabel('E-mail address').fill(LOG_READER);
    await page.getByLabel('Password').fill(SEED_PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('searchbox', { name: 'Search text' }).waitFor();
    return watched;
  }

  test('an admin signs in, finds who changed a telephone number, and opens the change', async () => {
    const { page, wrongs } = await signIn();
    await page.getByRole('searchbox', { name: 'Search text' }).fill('changed file P-0001');
    await expect.poll(() => page.locator('.rows .row').count()).toBe(1);
    await page.getByRole('row').filter({ hasText: 'changed file P-0001' }).getByText('patient.update').click();
    const panel = page.getByRole('complementary', { name: 'Activity' });
    await panel.locator('.chain').waitFor();
    await expect.poll(() => panel.locator('.chain').innerText()).toMatch(/Iris Novak\s+for\s+Ben Castillo/);
    const change = panel.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'phone' }) });
    await expect.poll(() => change.locator('.old').first().innerText()).toContain('555-0101');
    await expect.poll(() => change.locator('.new').first().innerText()).toContain('555-0111');
    expect(wrongs).toEqual([]);
  });

  test('a shared link keeps its filters, and what is open, through the sign-in form', async () => {
    const sender = await signIn();
    await sender.page.goto(`${clinic.url}/audit/?action=patient.*`);
    await sender.page.locator('.rows .row').first().click();
    const headline = (page: typeof sender.page): Promise<string> => page.getByRole('complementary', { name: 'Activity' }).locator('.headline').innerText();
    await sender.page.getByRole('complementary', { name: 'Activity' }).locator('.headline').waitFor();
    const link = sender.page.url();
    const { page, wrongs } = await openPage(browser, clinic.url);
    await page.goto(link);
    expect(new URL(page.url()).pathname).toBe('/audit/sign-in');
    await page.getByLabel('E-mail address').fill(LOG_READER);
    await page.getByLabel('Password').fill(SEED_PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('complementary', { name: 'Activity' }).locator('.headline').waitFor();
    expect(new URL(page.url()).search).toBe(new URL(link).search);
    expect(await headline(page)).toBe(await headline(sender.page));
    await page.getByRole('button', { name: 'Remove filter Action' }).waitFor();
    // The list beside the panel is a request of its own.
    await expect.poll(() => page.locator('.rows .row').count()).toBeGreaterThan(1);
    const actions = await page.locator('.rows .c-action').allInnerTexts();
    expect(actions.filter((action) => !action.startsWith('patient.'))).toEqual([]);
    expect(wrongs).toEqual([]);
  });

  test('one statement that moved two appointments is its person’s, and what psql did is nobody’s', async () => {
    const { page, wrongs } = await signIn();
    await page.goto(`${clinic.url}/audit/?view=object&type=Appointment&id=2`);
    await expect.poll(() => page.locator('.entry').count()).toBe(3);
    await expect.poll(() => page.locator('.entry').nth(1).innerText()).toMatch(/Iris Novak[^]*appointment\.postpone/);
    await expect.poll(() => page.locator('.entry').first().innerText()).not.toContain('Iris Novak');
    await page.goto(`${clinic.url}/audit/?view=findings`);
    await page.getByText('No activity says who wanted it.').waitFor();
    expect(wrongs).toEqual([]);
  });

  test('signs out, and the log is closed', async () => {
    const { page } = await signIn();
    await page.goto(`${clinic.url}/audit/sign-in`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('E-mail address').waitFor();
    await page.goto(`${clinic.url}/audit`);
    expect(new URL(page.url()).pathname).toBe('/audit/sign-in');
  });
});
