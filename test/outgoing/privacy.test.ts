import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { httpClient, loggedFetch } from '@deedlog/http';
import { secretCanary } from '@deedlog/testkit';
import axios from 'axios';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { clients } from './support/clients.ts';
import { upstream } from './support/upstream.ts';
import { watched, watching } from './support/watched.ts';

const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'x-auth-token', 'x-session'];

const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Secrets in every place of a call that can hold one, and allow-lists that name some of those places all the same. */
function planted() {
  const canary = secretCanary();
  const headers = Object.fromEntries(CREDENTIALS.map((name) => [name, canary.secret(name)]));
  headers['authorization'] = basic(canary.secret('user'), canary.secret('password'));
  return {
    canary,
    headers: { ...headers, referer: `https://a.example/?code=${canary.secret('referer')}`, 'x-plain': 'kept' },
    search: `?page=1&token=${canary.secret('token')}&code=${canary.secret('code')}&to=/echo?key=${canary.secret('location')}`,
    body: JSON.stringify({ name: 'new', password: canary.secret('body'), nested: { apiKey: canary.secret('nested') }, other: canary.secret('other') }),
    allowed: {
      headers: [...CREDENTIALS.filter((name) => name !== 'x-session'), 'set-cookie', 'location', 'referer', 'x-plain', 'content-type'],
      query: ['page', 'token'],
      body: { request: ['name', 'password', 'nested.apiKey'], response: ['title', 'token'] },
    },
  };
}

describe('secrets of a call never reach its record', () => {
  test.each(clients)('$name: in headers, query and the place that it is sent to', async ({ call }) => {
    const { canary, headers, search, allowed } = planted();
    const service = await upstream();
    const log = watching(allowed);
    await call(`${service.base}/echo${search}`, headers);
    await call(`${service.base}/away${search}`, headers);
    // Some follow the redirect.
    await expect.poll(() => log.records.length).toBe(service.arrivals.length);
    const { records } = log;
    canary.assertClean(records);
    // What was sent had them, and what is allowed and harmless is there: the search was for something, in something.
    expect(canary.findLeaks(service.arrivals).length).toBeGreaterThan(0);
    expect(records[0]?.request).toMatchObject({ query: { page: '1' }, headers: { 'x-plain': 'kept', 'x-api-key': '***REDACTED***', referer: 'https://a.example/' } });
  });

  test.each<[header: string, value: (secret: string) => string, kept: string]>([
    ['link', (secret) => `<https://a.example/titles?cursor=${secret}>; rel="next"`, '<https://a.example/titles>; rel="next"'],
    ['refresh', (secret) => `0; url=/in?page=1&invite=${secret}`, '0; url=/in?page=***REDACTED***&invite=***REDACTED***'],
    ['x-original-url', (secret) => `/in?$invite=${secret}`, '/in?$invite=***REDACTED***'],
    ['location', (secret) => `//ada:${secret}@a.example/in?a=1`, '//***REDACTED***@a.example/in'],
  ])('in a URL that the header %s holds', async (header, value, kept) => {
    const canary = secretCanary();
    const own = watched();
    const send = loggedFetch({ ...own.options, headers: [header], fetch: () => Promise.resolve(new Response(null, { headers: { [header]: value(canary.secret(header)) } })) });
    await send('http://a.example/');
    const [record] = await own.told(1);
    canary.assertClean(record);
    expect(record?.response?.headers).toEqual({ [header]: kept });
  });

  test('in user-info', async () => {
    const { canary } = planted();
    const service = await upstream();
    const log = watching({ headers: ['authorization', 'host'] });
    const url = service.base.replace('//', `//${canary.secret('user')}:${canary.secret('password')}@`);
    await (await request(`${url}/echo`)).body.dump();
    await axios.get(`${url}/echo`);
    await new Promise((resolve, reject) => httpRequest(`${url}/echo`, (response) => void text(response).then(resolve, reject)).end());
    canary.assertClean(await log.told(3));
    expect(canary.findLeaks(service.arrivals).length).toBeGreaterThan(0);
  });

  test('in bodies that are sent and answered', async () => {
    const { canary, body, allowed } = planted();
    const service = await upstream();
    const log = watching(allowed);
    const own = watched();
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
    await (await fetch(`${service.base}/echo`, init)).text();
    await loggedFetch({ ...own.options, ...allowed })(`${service.base}/echo`, init).then((response) => response.text());
    await httpClient({ ...own.options, ...allowed, service: 'apollo', baseUrl: service.base }).post('echo', { json: JSON.parse(body) as unknown }).json();
    const records = [...(await log.told(1)), ...(await own.told(2))];
    canary.assertClean(records);
    expect(canary.findLeaks(service.arrivals).length).toBeGreaterThan(0);
    for (const { request: sent, response } of records) {
      expect(sent.body).toMatchObject({ name: 'new', password: '***REDACTED***' });
      expect(response?.body).toEqual({ title: 'answer', token: '***REDACTED***' });
    }
  });

  test('in texts of errors', async () => {
    const { canary } = planted();
    const service = await upstream();
    const log = watching();
    const own = watched();
    const failing = [
      `http://nowhere.invalid/?token=${canary.secret('token')}`,
      `${service.base}/hang?token=${canary.secret('token')}`,
    ];
    const told = new Error(`gave up on https://${canary.secret('user')}:${canary.secret('password')}@a.example/?code=${canary.secret('code')} with Bearer ${canary.secret('bearer')} and password=${canary.secret('body')}`);
    for (const url of failing) {
      for (const send of [fetch, loggedFetch(own.options)]) {
        const stop = new AbortController();
        const pending = send(url, { signal: stop.signal });
        if (url.startsWith(service.base)) stop.abort(told);
        await expect(pending).rejects.toBeInstanceOf(Error);
      }
    }
    await expect.poll(() => own.records.length).toBe(2);
    await expect.poll(() => log.records.length).toBeGreaterThanOrEqual(1);
    canary.assertClean(log.records, own.records, [...log.problems, ...own.problems].map(String));
    expect(own.records.at(-1)?.error).toContain('gave up on');
  });

  test('in headers that hold the path which a rule hides', async () => {
    const canary = secretCanary();
    const service = await upstream();
    const log = watching({ headers: ['location', 'referer', 'x-plain'], path: (path) => path.replace(/^\/away\/[^/]+/, '/away/:token') });
    const path = `/away/${canary.secret('path')}`;
    for (const { call } of clients) await call(`${service.base}${path}?to=${path.replace('away', 'echo')}`, { referer: service.base + path, 'x-plain': 'kept' });
    await expect.poll(() => log.records.length).toBeGreaterThanOrEqual(clients.length);
    const away = log.records.filter((record) => record.request.path === '/away/:token');
    expect(away).toHaveLength(clients.length);
    canary.assertClean(away);
    expect(away[0]).toMatchObject({ request: { headers: { referer: `${service.base}***REDACTED***`, 'x-plain': 'kept' } }, response: { headers: { location: '/echo/***REDACTED***' } } });
  });

  test('in errors that quote the URL: what the rule for paths leaves out, and a query without names', async () => {
    const canary = secretCanary();
    const own = watched();
    // As node-fetch and others word it.
    const failing = (url: unknown): Promise<never> => Promise.reject(new Error(`request to ${String(url)} failed`, { cause: new Error(`GET ${String(url).slice('http://a.example'.length)}`) }));
    const send = loggedFetch({ ...own.options, fetch: failing, path: (path) => path.replace(/^\/bot[^/]+/, '/bot:token') });
    await send(`http://a.example/bot${canary.secret('path')}/send?${canary.secret('query')}`).catch(() => undefined);
    const [record] = await own.told(1);
    canary.assertClean(record);
    expect(record?.error).toContain('failed; caused by Error: GET');
  });

  test('in what the log says of itself when it fails', async () => {
    const { canary, headers, search } = planted();
    const service = await upstream();
    const log = watching({ path: (path) => { throw new Error(`cannot read ${path}`); } });
    await fetch(`${service.base}/echo${search}`, { headers }).then((response) => response.text());
    await log.told(1);
    expect(log.problems).toHaveLength(1);
    canary.assertClean(log.problems.map(({ message }) => message));
  });
});
