import { createHash } from 'node:crypto';
import { Accounts } from 'session-logins';
import { describe, expect, test } from 'vitest';
import type { CookieBrowser } from './support/cookie-browser.ts';
import { passport } from './support/session-libraries.ts';
import { SessionWorld, told } from './support/session-world.ts';

const COOKIE = 'connect.sid';

/** The id of express-session as its cookie has it: `s:<id>.<signature>`. */
function idInCookie(browser: CookieBrowser): string {
  const [, id = ''] = /^s:([^.]+)\./.exec(decodeURIComponent(browser.cookies.get(COOKIE) ?? '')) ?? [];
  return id;
}

describe('a session', () => {
  test('is called by the SHA-256 of the id that is in its cookie', async () => {
    await using world = await SessionWorld.of(passport);
    const browser = await world.signedIn(await world.person('Ada'));
    const id = idInCookie(browser);
    expect(id.length).toBeGreaterThan(30);
    expect(world.recorded().map(({ context }) => context.sessionId)).toEqual([createHash('sha256').update(id).digest('base64url')]);
  });

  test('gets a new id at each login, which ends the one that the browser came with', async () => {
    await using world = await SessionWorld.of(passport);
    const [ada, grace] = [await world.person('Ada'), await world.person('Grace')];
    const browser = await world.signedIn(ada);
    const first = idInCookie(browser);
    const fixed = world.browser();
    fixed.cookies.set(COOKIE, browser.cookies.get(COOKIE) ?? '');
    expect(await passport.signIn(browser, grace)).toBe(true);
    expect(idInCookie(browser)).not.toBe(first);

    const [login, replaced, again] = world.recorded();
    const session = login?.context.sessionId;
    expect(replaced && told(replaced)).toEqual({
      act: 'auth.logout success',
      actor: `user ${ada.id} Ada`,
      target: null,
      session,
      reason: 'replaced',
      metadata: { authType: 'session', sessionId: session },
    });
    expect(again?.actorId).toBe(grace.id);
    expect(again?.context.sessionId).not.toBe(session);
    expect((await fixed.post('/profile', { city: 'Bergen' })).status).toBe(401);
  });

  test('that nobody opened does not end', async () => {
    await using world = await SessionWorld.of(passport);
    await passport.signOut(world.browser());
    expect((await passport.signOutElsewhere(world.browser())).status).toBe(401);
    expect(world.recorded()).toEqual([]);
  });
});

describe('a refused login', () => {
  test('with an empty form is a failure of its own', async () => {
    await using world = await SessionWorld.of(passport);
    expect((await world.browser().post('/login', { email: '', password: world.canary.secret('alone') })).status).toBe(401);
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.login failure missing-credentials', actor: 'anonymous', target: null, session: null, metadata: { authType: 'password' } },
    ]);
  });

  test('of a locked account is denied, and names who proved to be its owner', async () => {
    await using world = await SessionWorld.of(passport);
    const person = { name: 'Ada', email: 'ada@example.com', password: world.canary.secret('password') };
    const { id } = await world.accounts.add({ ...person, locked: true });
    expect(await passport.signIn(world.browser(), person)).toBe(false);
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.login denied locked', actor: `user ${id} Ada`, target: `User ${id}`, session: null, metadata: { authType: 'password' } },
    ]);
  });

  test('because the accounts are away is a failure, and nothing of the error is kept', async () => {
    await using world = await SessionWorld.of(passport, { accounts: new AccountsAway() });
    const typed = { email: 'ada@example.com', password: world.canary.secret('password') };
    expect((await world.browser().post('/login', typed)).status).toBe(500);
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.login failure internal-error', actor: 'anonymous', target: null, session: null, metadata: { authType: 'password' } },
    ]);
  });
});

// passport-local also reads the query string, where clients may put what they should not.
test('a password in the query string signs in and leaves no trace', async () => {
  await using world = await SessionWorld.of(passport);
  const { email, password } = await world.person('Ada');
  expect((await world.browser().post(`/login?${new URLSearchParams({ email, password }).toString()}`, {})).status).toBe(200);
  expect(world.recorded().map(({ context }) => context.path)).toEqual(['/login']);
});

class AccountsAway extends Accounts {
  override verify({ password }: { readonly password: string }): Promise<never> {
    return Promise.reject(new Error(`select … where password = '${password}'`));
  }
}
