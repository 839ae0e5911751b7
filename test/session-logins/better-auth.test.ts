import { admin } from 'better-auth/plugins';
import { SESSION_SECONDS, startBetterAuth } from 'session-logins';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { CookieBrowser } from './support/cookie-browser.ts';
import { betterAuth } from './support/session-libraries.ts';
import { SessionWorld, told } from './support/session-world.ts';
import type { Library } from './support/session-world.ts';

const DAY = 24 * 3600 * 1000;

afterEach(() => vi.useRealTimers());

const verifiedOnly: Library = { ...betterAuth, start: (settings) => startBetterAuth({ ...settings, verifiedOnly: true }) };

interface SessionAnswer {
  readonly session: { readonly id: string; readonly token: string; readonly expiresAt: string };
}

async function sessionOf(browser: CookieBrowser): Promise<SessionAnswer['session']> {
  return ((await (await browser.get('/api/auth/get-session')).json()) as SessionAnswer).session;
}

describe('signing up', () => {
  test('is two records: a user was made, and signed in', async () => {
    await using world = await SessionWorld.of(betterAuth);
    const browser = world.browser();
    const response = await browser.post('/api/auth/sign-up/email', { name: 'Ada', email: 'ada@example.com', password: world.canary.secret('password') });
    const { user } = (await response.json()) as { user: { id: string } };
    const { id: session, token } = await sessionOf(browser);
    const recorded = world.recorded();
    expect(recorded.map(told)).toEqual([
      { act: 'user.create success', actor: `user ${user.id} Ada`, target: `User ${user.id}`, session: null, metadata: {} },
      { act: 'auth.login success', actor: `user ${user.id} Ada`, target: null, session, metadata: { authType: 'password', sessionId: session } },
    ]);
    expect(JSON.stringify(recorded)).not.toContain(token);
  });

  // better-auth 1.6.34 calls the hooks of a transaction after it was rolled back, too.
  test('that is rolled back is no record', async () => {
    const refuse = { id: 'no-sessions', init: () => ({ options: { databaseHooks: { session: { create: { before: () => Promise.resolve(false) } } } } }) };
    await using world = await SessionWorld.of({ ...betterAuth, start: (settings) => startBetterAuth({ ...settings, plugins: [refuse] }) });
    const response = await world.browser().post('/api/auth/sign-up/email', { name: 'Ada', email: 'ada@example.com', password: world.canary.secret('password') });
    expect(response.status).toBe(400);
    expect(world.recorded()).toEqual([]);
  });
});

// Where addresses are verified better-auth answers a second sign-up as it answered the first, so that nobody learns who has an account.
test('an answer to a sign-up that made no user is no record', async () => {
  await using world = await SessionWorld.of(verifiedOnly);
  const ada = { name: 'Ada', email: 'ada@example.com', password: world.canary.secret('password') };
  for (const recorded of [1, 0]) {
    expect((await world.browser().post('/api/auth/sign-up/email', ada)).status).toBe(200);
    expect(world.recorded().map(({ action }) => action)).toEqual(Array(recorded).fill('user.create'));
  }
});

// What the two-factor plugin does with a login by password alone.
test('a session that another plugin takes back within the login was neither opened nor ended', async () => {
  const takeBack = { matcher: ({ path }: { readonly path?: string }) => path === '/sign-in/email', handler: Object.assign(endNewSession, { options: {} }) };
  const plugin = { id: 'take-back', hooks: { after: [takeBack] } };
  await using world = await SessionWorld.of({ ...betterAuth, start: (settings) => startBetterAuth({ ...settings, plugins: [plugin] }) });
  const ada = await world.person('Ada');
  const browser = world.browser();
  await betterAuth.signIn(browser, ada);
  expect(world.recorded()).toEqual([]);
  expect((await browser.post('/profile', { city: 'Bergen' })).status).toBe(401);
});

describe('a session', () => {
  test('is renewed once a day, and only that is a record; it stays the same session', async () => {
    await using world = await SessionWorld.of(betterAuth);
    const ada = await world.person('Ada');
    const browser = await world.signedIn(ada);
    const opened = await sessionOf(browser);
    world.recorded();
    vi.setSystemTime(Date.now() + DAY + 60_000);
    const renewed = await sessionOf(browser);
    expect(renewed.id).toBe(opened.id);
    expect(renewed.expiresAt > opened.expiresAt).toBe(true);
    const session = renewed.id;
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.refresh success', actor: `user ${ada.id} Ada`, target: null, session, metadata: { authType: 'session', sessionId: session } },
    ]);

    await sessionOf(browser);
    expect(world.recorded()).toEqual([]);
  });

  test('whose cookie is set again for another reason was not renewed', async () => {
    await using world = await SessionWorld.of(betterAuth);
    const browser = await world.signedIn(await world.person('Ada'));
    world.recorded();
    const answer = await browser.post('/api/auth/update-user', { name: 'Ada L.' });
    expect(answer.headers.getSetCookie().join()).toContain('session_token');
    expect(world.recorded()).toEqual([]);
  });

  test('that has expired is ended by nobody, when it is next looked at', async () => {
    await using world = await SessionWorld.of(betterAuth);
    const ada = await world.person('Ada');
    const browser = await world.signedIn(ada);
    const { id: session } = await sessionOf(browser);
    world.recorded();
    vi.setSystemTime(Date.now() + SESSION_SECONDS * 1000 + 1);
    await browser.get('/api/auth/get-session');
    const metadata = { authType: 'session', sessionId: session, owner: ada.id };
    expect(world.recorded().map(told)).toEqual([{ act: 'auth.logout success', actor: 'system better-auth', target: null, session, reason: 'expired', metadata }]);
  });

  test('is named when it is revoked by its token, and is not told of when the token is another one’s', async () => {
    await using world = await SessionWorld.of(betterAuth);
    const [ada, grace] = [await world.person('Ada'), await world.person('Grace')];
    const [phone, laptop, other] = [await world.signedIn(ada), await world.signedIn(ada), await world.signedIn(grace)];
    const [lost, foreign] = [await sessionOf(phone), await sessionOf(other)];
    world.recorded();
    for (const { token } of [lost, foreign]) expect((await laptop.post('/api/auth/revoke-session', { token })).status).toBe(200);
    const metadata = { authType: 'session', sessionId: lost.id };
    expect(world.recorded().map(told)).toEqual([{ act: 'auth.logout success', actor: `user ${ada.id} Ada`, target: null, session: lost.id, metadata }]);
    expect((await other.post('/profile', { city: 'Oslo' })).status).toBe(200);
  });
});

describe('with the admin plugin', () => {
  // Everybody is an admin here.
  const withAdmins: Library = {
    ...betterAuth,
    start: (settings) => startBetterAuth({ ...settings, plugins: [admin({ defaultRole: 'admin', allowImpersonatingAdmins: true })] }),
  };

  test('impersonation names the admin who acts and the user they act for, until it is over', async () => {
    await using world = await SessionWorld.of(withAdmins);
    const [ada, grace] = [await world.person('Ada'), await world.person('Grace')];
    const browser = await world.signedIn(ada);
    const own = world.recorded()[0]?.context.sessionId;
    expect((await browser.post('/api/auth/admin/impersonate-user', { userId: grace.id })).status).toBe(200);
    const { id: session } = await sessionOf(browser);
    await browser.post('/profile', { city: 'Oslo' });
    expect((await browser.post('/api/auth/admin/stop-impersonating', {})).status).toBe(200);
    await browser.post('/profile', { city: 'Bergen' });

    const recorded = world.recorded().map((activity) => ({ act: activity.action, actor: activity.actorId, for: activity.onBehalfOf?.id ?? null, session: activity.context.sessionId }));
    expect(recorded).toEqual([
      { act: 'auth.impersonate', actor: ada.id, for: grace.id, session },
      { act: 'profile.update', actor: ada.id, for: grace.id, session },
      { act: 'auth.logout', actor: ada.id, for: grace.id, session },
      { act: 'profile.update', actor: ada.id, for: null, session: own },
    ]);
  });

  test('an impersonation that ends by signing out was ended by the admin', async () => {
    await using world = await SessionWorld.of(withAdmins);
    const [ada, grace] = [await world.person('Ada'), await world.person('Grace')];
    const browser = await world.signedIn(ada);
    await browser.post('/api/auth/admin/impersonate-user', { userId: grace.id });
    await betterAuth.signOut(browser);
    expect(world.recorded().map(({ action, actorId, onBehalfOf }) => `${action} ${actorId} ${onBehalfOf?.id}`)).toEqual([
      `auth.login ${ada.id} undefined`,
      `auth.impersonate ${ada.id} ${grace.id}`,
      `auth.logout ${ada.id} ${grace.id}`,
    ]);
  });

  test('a session that an admin revokes is told with its owner', async () => {
    await using world = await SessionWorld.of(withAdmins);
    const [ada, grace] = [await world.person('Ada'), await world.person('Grace')];
    const [browser, revoked] = [await world.signedIn(ada), await world.signedIn(grace)];
    const { id: session } = await sessionOf(revoked);
    world.recorded();
    expect((await browser.post('/api/auth/admin/revoke-user-sessions', { userId: grace.id })).status).toBe(200);
    const metadata = { authType: 'session', sessionId: session, owner: grace.id };
    expect(world.recorded().map(told)).toEqual([{ act: 'auth.logout success', actor: `user ${ada.id} Ada`, target: null, session, metadata }]);
  });

  test('a login of a banned user is denied', async () => {
    await using world = await SessionWorld.of(withAdmins);
    const [ada, grace] = [await world.person('Ada'), await world.person('Grace')];
    const browser = await world.signedIn(ada);
    expect((await browser.post('/api/auth/admin/ban-user', { userId: grace.id })).status).toBe(200);
    world.recorded();
    expect(await betterAuth.signIn(world.browser(), grace)).toBe(false);
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.login denied banned-user', actor: 'anonymous', target: `User ${grace.id}`, session: null, metadata: { authType: 'password' } },
    ]);
  });
});

describe('a refused login', () => {
  test('has better-auth’s code where it says more than wrong', async () => {
    await using world = await SessionWorld.of(betterAuth);
    const browser = world.browser();
    await browser.post('/api/auth/sign-in/email', { email: 'no address', password: world.canary.secret('one') });
    await browser.post('/api/auth/sign-in/email', { email: 7, password: world.canary.secret('two') });
    expect(world.recorded().map(({ outcome, outcomeCode, actorKind }) => `${outcome} ${outcomeCode} ${actorKind}`)).toEqual([
      'failure invalid-email anonymous',
      'failure validation-error anonymous',
    ]);
  });

  test('is denied where better-auth forbids it', async () => {
    await using world = await SessionWorld.of(verifiedOnly);
    const [browser, ada] = [world.browser(), { name: 'Ada', email: 'ada@example.com', password: world.canary.secret('password') }];
    await browser.post('/api/auth/sign-up/email', ada);
    const [signUp] = world.recorded();
    expect((await browser.post('/api/auth/sign-in/email', ada)).status).toBe(403);
    expect(world.recorded().map(told)).toEqual([
      { act: 'auth.login denied email-not-verified', actor: 'anonymous', target: `User ${signUp?.targetId}`, session: null, metadata: { authType: 'password' } },
    ]);
  });
});

interface SignInContext {
  readonly context: {
    readonly newSession: { readonly session: { readonly token: string } } | null;
    readonly internalAdapter: { deleteSession(token: string): Promise<void> };
    setNewSession(session: null): void;
  };
}

async function endNewSession(input: object): Promise<object> {
  const { context } = input as SignInContext;
  await context.internalAdapter.deleteSession(String(context.newSession?.session.token));
  context.setNewSession(null);
  return {};
}
