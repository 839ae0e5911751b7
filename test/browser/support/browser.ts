import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Where it is not installed, tests in a browser are skipped; nothing is downloaded. */
export const hasChromium: boolean = existsSync(EXECUTABLE);
if (!hasChromium) console.warn(`No Chromium at ${EXECUTABLE}: the tests in a browser are skipped. Name another one by CHROMIUM.`);

/** Quiet: no call to anybody. */
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, headless: true, args: ARGUMENTS });
}

/** A page, and everything that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors, exceptions, refused content, requests to another host, dialogs. A test expects it to be empty. */
  readonly wrongs: string[];
  /** Number of requests so far. */
  readonly requests: string[];
}

/** A page of a fresh profile. `origin` is the only host it may speak to. */
export async function openPage(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ timezoneId: 'UTC', locale: 'en-GB', viewport: { width: 1440, height: 900 }, ...options });
  const wrongs: string[] = [];
  const requests: string[] = [];
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrongs.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrongs.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    requests.push(request.url());
    if (!request.url().startsWith(`${origin}/`) && !/^(data|blob):/.test(request.url())) wrongs.push(`request: ${request.url()}`);
  });
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', (event) => console.error('refused: ' + event.violatedDirective + ' ' + event.blockedURI))`);
  return { page, wrongs, requests };
}
