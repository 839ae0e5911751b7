import { startAuthJs, startBetterAuth, startPassport } from 'session-logins';
import { expect } from 'vitest';
import type { CookieBrowser } from './cookie-browser.ts';
import type { Credentials, Library } from './session-world.ts';

export const betterAuth: Library = {
  name: 'better-auth',
  start: startBetterAuth,
  async addAccount({ name, email, password }, { browser }) {
    const response = await browser.post('/api/auth/sign-up/email', { name, email, password });
    const { user } = (await response.json()) as { user: { id: string } };
    // Signing up opens a session.
    await betterAuth.signOut(browser);
    return user.id;
  },
  signIn: async (browser, { email, password }) => (await browser.post('/api/auth/sign-in/email', { email, password })).ok,
  async signOut(browser) {
    expect((await browser.post('/api/auth/sign-out', {})).status).toBe(200);
  },
  signOutElsewhere: (browser) => browser.post('/api/auth/revoke-other-sessions', {}),
};

export const authJs: Library = {
  name: 'Auth.js',
  start: startAuthJs,
  addAccount: async (person, { accounts }) => (await accounts.add(person)).id,
  async signIn(browser, { email, password }: Credentials) {
    const response = await browser.submit('/auth/callback/credentials', { csrfToken: await csrfToken(browser), email, password });
    return response.headers.get('location')?.includes('error=') === false;
  },
  async signOut(browser) {
    expect((await browser.submit('/auth/signout', { csrfToken: await csrfToken(browser) })).status).toBe(302);
  },
  signOutElsewhere: (browser) => browser.post('/sign-out-elsewhere', {}),
};

export const passport: Library = {
  name: 'Passport',
  start: startPassport,
  addAccount: async (person, { accounts }) => (await accounts.add(person)).id,
  signIn: async (browser, { email, password }) => (await browser.post('/login', { email, password })).ok,
  async signOut(browser) {
    expect((await browser.post('/logout', {})).status).toBe(204);
  },
  signOutElsewhere: (browser) => browser.post('/logout-elsewhere', {}),
};

async function csrfToken(browser: CookieBrowser): Promise<string> {
  return ((await (await browser.get('/auth/csrf')).json()) as { csrfToken: string }).csrfToken;
}
