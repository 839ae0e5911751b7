import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launch } from './browser.ts';
import { serveLog } from './clinic.ts';
import type { ServedLog } from './clinic.ts';

/** A served log and a browser for all tests of a `describe`; there from its first test on. */
export function openLog(): { readonly browser: Browser; readonly log: ServedLog } {
  let browser: Browser;
  let log: ServedLog;
  beforeAll(async () => {
    log = await serveLog();
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await log?.[Symbol.asyncDispose]();
  });
  return {
    get browser() {
      return browser;
    },
    get log() {
      return log;
    },
  };
}
