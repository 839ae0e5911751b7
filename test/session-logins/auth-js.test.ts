import { Accounts } from 'session-logins';
import { describe, expect, test } from 'vitest';
import type { CookieBrowser } from './support/cookie-browser.ts';
import { authJs } from './support/session-libraries.ts';
import { SessionWorld, told } from './support/session-world.ts';

const COOKIE = 'authjs.session-token';

describe('a session', () => {
  test('keeps its id while its token is issued anew at every look, which is no record', async () => {
    await using world = await SessionWorld.of(authJs);
    const browser = await world.signedIn(await world.person('Ada'));
    const [login] = world.recorded();
    const before = browser.cookies.get(COOKIE);
    const { sessionId } = (await (await browser.get('/auth/session')).json()) as { sessionId: string };
    expect(browser.cookies.get(COOKIE)).not.toBe(before);
    expect(sessionId).toBe(login?.context.sessionId);
    expect(world.recorded()).toEqual([]);
    await browser.post('/profile', { city: 'Oslo' });
    expect(world.recorded().map(({ context }) => context.sessionId)).toEqual([sessionId]);
  });

  test('that is over does not end again', async () => {
    await using world = await SessionWorld.of(authJs);
    const browser = await world.signedIn(await world.person('Ada'));
    const copy = world.browser();
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    await authJs.signOut(browser);
    world.recorded();
    await authJs.signOut(copy);
    await authJs.signOut(world.browser());
    expect(world.recorded()).toEqual([]);
  });
});

describe('a refused login', () => {
  test('without a CSRF token is told by Auth.js to its logger alone, and is a record', async () => {
    await using world = await SessionWorld.of(authJs);
    const ada = await world.person('Ada');
    await world.browser().submit('/auth/callback/credentials', { email: ada.email, password: ada.password });
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.login failure missing-csrf', actor: 'anonymous', target: null, session: null, metadata: { authType: 'session' } },
    ]);
  });

  test('of a locked account is denied, and names who proved to be its owner', async () => {
    await using world = await SessionWorld.of(authJs);
    const person = { name: 'Ada', email: 'ada@example.com', password: world.canary.secret('password') };
    const { id } = await world.accounts.add({ ...person, locked: true });
    const browser = world.browser();
    expect(await authJs.signIn(browser, person)).toBe(false);
    expect(browser.cookies.has(COOKIE)).toBe(false);
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.login denied locked', actor: `user ${id} Ada`, target: `User ${id}`, session: null, metadata: { authType: 'password' } },
    ]);
  });

  test('because the accounts are away has the error’s kind, and nothing of its text', async () => {
    await using world = await SessionWorld.of(authJs, { accounts: new AccountsAway() });
    const typed = { email: 'ada@example.com', password: world.canary.secret('password') };
    expect(await authJs.signIn(world.browser(), typed)).toBe(false);
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.login failure callback-route-error', actor: 'anonymous', target: null, session: null, metadata: { authType: 'session' } },
    ]);
  });
});

test('a look at a session with a broken cookie is no refused login', async () => {
  await using world = await SessionWorld.of(authJs);
  const browser: CookieBrowser = world.browser();
  browser.cookies.set(COOKIE, 'broken');
  expect(await (await browser.get('/auth/session')).json()).toBeNull();
  expect(world.recorded()).toEqual([]);
});

class AccountsAway extends Accounts {
  override verify({ password }: { readonly password: string }): Promise<never> {
    return Promise.reject(new Error(`select … where password = '${password}'`));
  }
}
