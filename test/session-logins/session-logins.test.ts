import { memoryStore } from '@deedlog/core';
import type { Activity, Store } from '@deedlog/core';
import { SESSION_SECONDS } from 'session-logins';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { USER_AGENT } from './support/cookie-browser.ts';
import { authJs, betterAuth, passport } from './support/session-libraries.ts';
import { SessionWorld, told } from './support/session-world.ts';
import { valuesIn } from './support/values-in-records.ts';

/** Of each example: what is said of a session by its end, where the libraries differ. */
const libraries = [
  { library: betterAuth, nameAtSignOut: false },
  { library: authJs, nameAtSignOut: true },
  { library: passport, nameAtSignOut: true },
];

/** Hashing a password is slow by intention, and a hundred are hashed. */
const MANY_LOGINS_MS = 120_000;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

afterEach(() => vi.useRealTimers());

describe.each(libraries)('$library.name', ({ library, nameAtSignOut }) => {
  test('a login, an act and a logout are three records of one person and one session', async () => {
    await using world = await SessionWorld.of(library);
    const ada = await world.person('Ada');
    const browser = await world.signedIn(ada);
    expect((await browser.post('/profile', { city: 'Oslo' })).status).toBe(200);
    await library.signOut(browser);

    const recorded = world.recorded();
    const [{ context: { sessionId: session } } = { context: {} }] = recorded;
    expect(session).toMatch(/^[\w-]{20,64}$/);
    const actor = `user ${ada.id} Ada`;
    expect(recorded.map(told)).toEqual([
      { act: 'auth.login success', actor, target: null, session, metadata: { authType: 'password', sessionId: session } },
      { act: 'profile.update success', actor, target: `User ${ada.id}`, session, input: { city: 'Oslo' }, metadata: {} },
      { act: 'auth.logout success', actor: nameAtSignOut ? actor : `user ${ada.id}`, target: null, session, metadata: { authType: 'session', sessionId: session } },
    ]);
    expectOrigin(recorded);
  });

  test('a wrong password and an unknown address are told apart in the log and nowhere else', async () => {
    await using world = await SessionWorld.of(library);
    const ada = await world.person('Ada');
    const typed = { email: `${world.canary.secret('typed-address')}@example.com`, password: world.canary.secret('typed-password') };
    const browser = world.browser();
    expect(await library.signIn(browser, { ...ada, password: typed.password })).toBe(false);
    expect(await library.signIn(browser, typed)).toBe(false);

    const recorded = world.recorded();
    const failed = { actor: 'anonymous', session: null, metadata: { authType: 'password' } };
    expect(recorded.map(told)).toEqual([
      { act: 'auth.login failure bad-password', target: `User ${ada.id}`, ...failed },
      { act: 'auth.login failure unknown-account', target: null, ...failed },
    ]);
    expectOrigin(recorded);
  });

  test('after the logout the old cookies are nobody: an act with them is anonymous and denied', async () => {
    await using world = await SessionWorld.of(library);
    const browser = await world.signedIn(await world.person('Ada'));
    const stolen = new Map(browser.cookies);
    await library.signOut(browser);
    world.recorded();

    const thief = world.browser();
    for (const [name, value] of stolen) thief.cookies.set(name, value);
    expect((await thief.post('/profile', { city: 'Bergen' })).status).toBe(401);
    expect(world.recorded().map(told)).toEqual([deniedAct('Bergen')]);
  });

  test('a cookie with a wrong signature is nobody', async () => {
    await using world = await SessionWorld.of(library);
    const browser = await world.signedIn(await world.person('Ada'));
    world.recorded();
    for (const [name, value] of browser.cookies) browser.cookies.set(name, `${value.slice(0, -12)}AAAAAAAAAAAA`);
    expect((await browser.post('/profile', { city: 'Bergen' })).status).toBe(401);
    expect(world.recorded().map(told)).toEqual([deniedAct('Bergen')]);
  });

  test('an act in an expired session is anonymous and denied', async () => {
    await using world = await SessionWorld.of(library);
    const browser = await world.signedIn(await world.person('Ada'));
    world.recorded();
    vi.setSystemTime(Date.now() + (SESSION_SECONDS + 60) * 1000);
    expect((await browser.post('/profile', { city: 'Bergen' })).status).toBe(401);
    expect(world.recorded().map(told).at(-1)).toEqual(deniedAct('Bergen'));
  });

  test('sessions that are ended from another one are told, each with its own id, and are over', async () => {
    await using world = await SessionWorld.of(library);
    const ada = await world.person('Ada');
    const [phone, tablet, laptop] = [await world.signedIn(ada), await world.signedIn(ada), await world.signedIn(ada)];
    const grace = await world.signedIn(await world.person('Grace'));
    const stays = await world.signedIn(ada);
    const sessions = world.recorded().map(({ context }) => context.sessionId);
    expect(new Set(sessions).size).toBe(sessions.length);
    expect((await library.signOutElsewhere(stays)).status).toBe(200);

    const ended = world.recorded();
    expect(ended.map(({ action, actorId, actorLabel }) => `${action} ${actorId} ${actorLabel}`)).toEqual(Array(3).fill(`auth.logout ${ada.id} Ada`));
    expect(new Set(ended.map(({ metadata }) => metadata['sessionId']))).toHaveLength(3);
    for (const browser of [phone, tablet, laptop]) expect((await browser.post('/profile', { city: 'Bergen' })).status).toBe(401);
    for (const browser of [grace, stays]) expect((await browser.post('/profile', { city: 'Oslo' })).status).toBe(200);
  });

  test('fifty people who sign in and act at once are fifty actors in fifty sessions', async () => {
    await using world = await SessionWorld.of(library);
    const people = await Promise.all(Array.from({ length: 50 }, (_, index) => world.person(`P${index}`)));
    world.recorded();
    await Promise.all(
      people.map(async (person) => {
        const browser = await world.signedIn(person);
        expect((await browser.post('/profile', { city: `City of ${person.name}` })).status).toBe(200);
      }),
    );

    const recorded = world.recorded();
    const acts = (action: string): readonly Activity[] => recorded.filter((activity) => activity.action === action);
    expect(recorded).toHaveLength(100);
    const who = (activities: readonly Activity[]): readonly string[] => activities.map(({ actorId, actorLabel }) => `${actorId} ${actorLabel}`).toSorted();
    expect(who(acts('auth.login'))).toEqual(people.map(({ id, name }) => `${id} ${name}`).toSorted());
    for (const { actorId, actorLabel, input, context } of acts('profile.update')) {
      expect(input).toEqual({ city: `City of ${actorLabel}` });
      expect(context.sessionId).toBe(acts('auth.login').find((login) => login.actorId === actorId)?.context.sessionId);
    }
    expect(new Set(acts('auth.login').map(({ context }) => context.sessionId)).size).toBe(50);
    expect(new Set(recorded.map(({ context }) => context.requestId)).size).toBe(100);
  }, MANY_LOGINS_MS);

  test.each(['open', 'closed'] as const)('a log that cannot be written breaks no login under policy %s; what is lost is reported and becomes a gap', async (onFailure) => {
    const { store, memory, turn } = breakableStore();
    await using world = await SessionWorld.of(library, { store, onFailure });
    const ada = await world.person('Ada');
    const before = memory.activities.length;
    turn('off');
    const browser = await world.signedIn(ada);
    expect((await browser.post('/profile', { city: 'Oslo' })).status).toBe(200);
    expect(memory.activities).toHaveLength(before);
    expect(world.problems.map((problem) => (problem as { code?: string }).code)).toEqual(['STORE_WRITE_FAILED', 'STORE_WRITE_FAILED']);

    turn('on');
    await library.signOut(browser);
    await vi.waitFor(() => expect(memory.activities.slice(before).map(({ action }) => action)).toEqual(['auth.logout', 'deedlog.gap']));
    expect(memory.activities.at(-1)?.metadata).toMatchObject({ lost: 2 });
  });
});

test('parts of a cookie in a record would be found, plain or encoded', () => {
  const token = 'UGpjhQRbuiiC6f9yeIVKcuJeiZs3LI5l';
  const cookie = `${token}.c2lnbmF0dXJl%2FzZWNyZXQ%3D`;
  for (const hidden of [token, token.slice(3, 21), cookie, Buffer.from(token).toString('hex'), Buffer.from(`x${token}`).toString('base64'), Buffer.from(`id:${token}`).toString('base64url')]) {
    expect(valuesIn([{ metadata: { note: `a ${hidden}.` } }], [cookie]), hidden).toHaveLength(hidden.length < 20 ? 0 : 1);
  }
  expect(valuesIn([{ metadata: { note: token.slice(0, 16) } }], [cookie])).toHaveLength(1);
  expect(valuesIn([{ metadata: { note: 'nothing of it' } }], [cookie])).toEqual([]);
});

function deniedAct(city: string): object {
  return { act: 'profile.update denied UNAUTHORIZED', actor: 'anonymous', target: null, session: null, input: { city }, metadata: {} };
}

/** From where each came: one request each, seen at its socket. */
function expectOrigin(activities: readonly Activity[]): void {
  for (const { context, correlationId } of activities) {
    expect(context).toMatchObject({ ip: '127.0.0.1', userAgent: USER_AGENT, method: 'POST', requestId: expect.stringMatching(UUID), path: expect.stringMatching(/^\/[\w/-]+$/) });
    expect(correlationId).toBe(context.requestId);
  }
  expect(new Set(activities.map(({ context }) => context.requestId)).size).toBe(activities.length);
}

interface BreakableStore {
  readonly store: Store;
  readonly memory: ReturnType<typeof memoryStore>;
  turn(to: 'on' | 'off'): void;
}

function breakableStore(): BreakableStore {
  const memory = memoryStore();
  let down = false;
  return {
    memory,
    turn: (to) => {
      down = to === 'off';
    },
    store: { write: (...args) => (down ? Promise.reject(new Error('the log is away')) : memory.write(...args)) },
  };
}
