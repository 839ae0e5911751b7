import { connect, LOG_READER, playTheDay, playTheNight, SEED_PASSWORD } from 'clinic';
import type { ActivityItem, ActivityPage, FindingItem } from '@deedlog/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserSession, signedIn } from './support/browser-session.ts';
import type { BrowserSession } from './support/browser-session.ts';
import { expectNoSecret } from './support/secrets.ts';
import { testClinic } from './support/test-clinic.ts';
import type { TestClinic } from './support/test-clinic.ts';

const START_MS = 120_000;
const HTML = 'text/html,application/xhtml+xml';

let clinic: TestClinic;
let iris: BrowserSession;
beforeAll(async () => {
  clinic = await testClinic();
  await playTheDay(clinic);
  await playTheNight(clinic);
  iris = await signedIn(clinic.url, LOG_READER);
}, START_MS);
afterAll(() => clinic[Symbol.asyncDispose]());

async function page(session: BrowserSession, path: string): Promise<ActivityPage> {
  const response = await session.get(`/audit/api${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as ActivityPage;
}

const said = ({ action, outcome, actor, objectType, objectId }: ActivityItem): string => [outcome, action, actor?.label ?? actor?.kind, objectType, objectId].filter((part) => part != null).join(' ');

const recorded = async (body: () => Promise<unknown>): Promise<string[]> =>
  (await clinic.recordedBy(body)).map(({ outcome, outcomeCode, action, actorLabel, actorKind, targetId, metadata, tool }) => [outcome, outcomeCode, action, actorLabel ?? actorKind, targetId, metadata['authType'], tool].filter((part) => part != null).join(' '));

describe('the door', () => {
  test('sends a browser that nobody signed in at to the form, and refuses everything else', async () => {
    const nobody = browserSession(clinic.url);
    const sent = await nobody.get('/audit', HTML);
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/audit/sign-in']);
    for (const path of ['', '/', '/api/activities', '/api/findings', '/api/export?format=csv', '/api/tail', '/api/openapi.json', '/history.js', '/none']) {
      expect([path, (await nobody.get(`/audit${path}`)).status]).toEqual([path, 401]);
    }
  });

  test('lets a shared link keep its filters through the form, a wrong password included', async () => {
    const filters = '?outcome=denied&action=patient.*&text=a%22%3E%26b&view=timeline';
    const session = browserSession(clinic.url);
    const sent = await session.get(`/audit${filters}`, HTML);
    expect(sent.headers.get('location')).toBe(`/audit/sign-in${filters}`);
    const action = async (page: Response): Promise<string | undefined> => /action="([^"]*)"/.exec(await page.text())?.[1]?.replaceAll('&amp;', '&');
    expect(await action(await session.get(`/audit/sign-in${filters}`, HTML))).toBe(`/audit/sign-in${filters}`);
    expect(await action(await session.post(`/audit/sign-in${filters}`, { email: LOG_READER, password: 'no' }))).toBe(`/audit/sign-in${filters}`);
    const back = await session.post(`/audit/sign-in${filters}`, { email: LOG_READER, password: SEED_PASSWORD });
    expect([back.status, back.headers.get('location')]).toEqual([303, `/audit${filters}`]);
    expect((await session.get(`/audit${filters}`, HTML)).status).toBe(200);
  });

  test('leads nowhere but to the log, whatever a link says', async () => {
    for (const hostile of ['?//evil.example', '?https://evil.example/', '?%0d%0alocation:%20https://evil.example', '?"><script>alert(1)</script>', '?@evil.example', '?to=//evil.example']) {
      const session = browserSession(clinic.url);
      expect(await (await session.get(`/audit/sign-in${hostile}`, HTML)).text()).not.toContain('<script');
      const signed = await session.post(`/audit/sign-in${hostile}`, { email: LOG_READER, password: SEED_PASSWORD });
      const to = new URL(signed.headers.get('location') ?? '', clinic.url);
      expect([hostile, to.origin, to.pathname]).toEqual([hostile, clinic.url, '/audit']);
    }
  });

  test('its form has no script, and nothing is typed into it by others', async () => {
    const form = await browserSession(clinic.url).get('/audit/sign-in', HTML);
    expect(form.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'/);
    expect(await form.text()).not.toContain('<script');
    const foreign = await fetch(`${clinic.url}/audit/sign-in`, { method: 'POST', headers: { origin: 'https://evil.example' }, body: new URLSearchParams({ email: LOG_READER, password: SEED_PASSWORD }) });
    expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([403, null]);
  });

  test('opens for an admin with a cookie that is for /audit and for no script', async () => {
    const session = browserSession(clinic.url);
    const login = session.post('/audit/sign-in', { email: LOG_READER, password: SEED_PASSWORD });
    expect(await recorded(() => login)).toEqual(['success auth.login Iris Novak 3 session log-viewer']);
    expect([(await login).status, (await login).headers.get('location')]).toEqual([303, '/audit']);
    expect(session.cookie).toMatch(/^clinic_viewer=[^;]+; Max-Age=1800; Path=\/audit; HttpOnly; SameSite=Strict$/);
    const viewer = await session.get('/audit', HTML);
    expect([viewer.status, viewer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await viewer.text()).toContain('<title>Clinic audit</title>');
  });

  test('its token opens neither API, and theirs does not serve as a cookie', async () => {
    const token = /=([^;]+);/.exec(iris.cookie ?? '')?.[1] ?? '';
    await expect(connect(clinic.url, token).trpc.admin.activities.query({})).rejects.toThrow('Sign in first.');
    const { accessToken } = await connect(clinic.url).trpc.auth.login.mutate({ email: LOG_READER, password: SEED_PASSWORD });
    expect((await fetch(`${clinic.url}/audit/api/models`, { headers: { cookie: `clinic_viewer=${accessToken}` } })).status).toBe(401);
    expect((await fetch(`${clinic.url}/audit/api/models`, { headers: { authorization: `Bearer ${accessToken}` } })).status).toBe(200);
  });

  test('refuses a nurse, at the form and by token, and the log says so', async () => {
    const ben = browserSession(clinic.url);
    const login = ben.post('/audit/sign-in', { email: 'ben@clinic.example', password: SEED_PASSWORD });
    expect(await recorded(() => login)).toEqual(['denied FORBIDDEN auth.login Ben Castillo 2 session log-viewer']);
    expect([(await login).status, ben.cookie]).toEqual([403, undefined]);
    const { accessToken } = await connect(clinic.url).trpc.auth.login.mutate({ email: 'ben@clinic.example', password: SEED_PASSWORD });
    const refused = await fetch(`${clinic.url}/audit/api/activities`, { headers: { authorization: `Bearer ${accessToken}` } });
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'READ_DENIED' }]);
  });

  test('refuses a wrong password and an unknown address alike; the log tells them apart', async () => {
    const [known, unknown] = [browserSession(clinic.url), browserSession(clinic.url)];
    const tries = [known.post('/audit/sign-in', { email: LOG_READER, password: 'no' }), unknown.post('/audit/sign-in', { email: 'no@clinic.example', password: 'no' })];
    const said = await recorded(() => Promise.all(tries));
    expect(said.toSorted()).toEqual(['failure bad-password auth.login anonymous 3 session log-viewer', 'failure unknown-account auth.login anonymous session log-viewer']);
    const [one, other] = await Promise.all(tries.map(async (each) => [(await each).status, await (await each).text()]));
    expect(one).toEqual(other);
    expect(one?.[0]).toBe(401);
  });

  test('what is typed is shown nowhere; a form that is too large or empty is refused', async () => {
    const hostile = await browserSession(clinic.url).post('/audit/sign-in', { email: '"><script>alert(1)</script>', password: '' });
    expect([hostile.status, await hostile.text()]).toEqual([400, expect.not.stringContaining('alert(1)')]);
    expect((await browserSession(clinic.url).post('/audit/sign-in', { email: LOG_READER, password: 'x'.repeat(10_000) })).status).toBe(413);
    expect((await browserSession(clinic.url).post('/audit/sign-in')).status).toBe(400);
  });

  test('closes behind who signs out: the token of before opens nothing any more', async () => {
    const session = await signedIn(clinic.url, LOG_READER);
    const cookie = session.cookie?.split(';')[0] ?? '';
    expect(await (await session.get('/audit/sign-in', HTML)).text()).toContain('You are signed in as Iris Novak.');
    const logout = session.post('/audit/sign-out');
    expect(await recorded(() => logout)).toEqual(['success auth.logout Iris Novak 3 session log-viewer']);
    expect((await logout).headers.get('set-cookie')).toMatch(/^clinic_viewer=; Max-Age=0; Path=\/audit/);
    expect((await fetch(`${clinic.url}/audit/api/models`, { headers: { cookie } })).status).toBe(401);
  });

  test('closes at once for an admin who is one no longer', async () => {
    const session = await signedIn(clinic.url, LOG_READER);
    const setRole = (role: string): Promise<unknown> => clinic.orm.em.getConnection().execute(`update clinic_example.staff set role = '${role}' where id = 3`);
    await setRole('nurse');
    expect((await session.get('/audit/api/models')).status).toBe(403);
    await setRole('admin');
    expect((await session.get('/audit/api/models')).status).toBe(200);
  });
});

describe('the log over HTTP', () => {
  test('tells a patient’s whole history, newest first', async () => {
    const { results } = await page(iris, '/objects/Patient/1');
    expect(results.map(said).slice(0, 3)).toEqual([
      'success patient.update Iris Novak Patient 1',
      'success appointment.cancel Ada Okafor Appointment 4',
      'success appointment.book Ben Castillo Appointment 4',
    ]);
    expect(results.map(said).at(-1)).toBe('success patient.view Ada Okafor Patient 1');
    expect(results[0]).toMatchObject({ onBehalfOf: [{ label: 'Ben Castillo' }], effects: [{ changes: { phone: ['555-0101', '555-0111'] } }] });
  });

  test('tells who moved the appointments by one statement', async () => {
    const { results } = await page(iris, '/objects/Appointment/1');
    expect(results[0]).toMatchObject({ action: 'appointment.postpone', actor: { label: 'Iris Novak' }, reason: 'Ada is ill' });
    expect(results[0]?.effects.map(({ key, changes }) => [key, changes['startsAt']])).toEqual([
      ['1', ['2031-03-03T09:00:00.000Z', '2031-03-10T09:00:00.000Z']],
      ['2', ['2031-03-03T17:00:00.000Z', '2031-03-10T17:00:00.000Z']],
    ]);
  });

  test('finds what somebody changed past the application', async () => {
    const { results } = (await (await iris.get('/audit/api/findings')).json()) as { results: FindingItem[] };
    expect(results.map(({ kind, table, key, field }) => [kind, table, key, field])).toEqual([
      ['unexplained-effect', 'clinic_example.appointment', '2', null],
      // Left out of the log on purpose by the mass correction, so that nothing explains the live rows.
      ['broken-continuity', 'clinic_example.patient', '1', 'phone'],
      ['broken-continuity', 'clinic_example.patient', '2', 'phone'],
    ]);
    expect(results[0]).toMatchObject({ databaseUser: 'postgres', detail: 'No activity says who wanted it.' });
    const moved = await page(iris, '/objects/Appointment/2');
    expect(moved.results[0]).toMatchObject({ unexplained: true, actor: null });
  });

  test('hides telephone numbers from the auditor', async () => {
    const olu = await signedIn(clinic.url, 'olu@clinic.example');
    const [seen, hidden] = [await (await iris.get('/audit/api/objects/Patient/1')).text(), await (await olu.get('/audit/api/objects/Patient/1')).text()];
    expect(seen).toContain('555-0111');
    expect(hidden).not.toContain('555-0111');
    expect(hidden).toContain('patient.update');
  });

  test('records who reads, in the patient’s access log too', async () => {
    expect(await recorded(() => iris.get('/audit/api/objects/Patient/2'))).toEqual(['success audit.read Iris Novak 2']);
    const { results } = await page(iris, '/access/2');
    expect(results.map(said)[0]).toBe('success audit.read Iris Novak Patient 2');
    expect(results[0]?.context).toMatchObject({ method: 'GET', path: '/audit/api/objects/Patient/2' });
  });

  test('takes the report of a colleague’s front end, of the one action that it may report', async () => {
    const { accessToken } = await connect(clinic.url).trpc.auth.login.mutate({ email: 'ben@clinic.example', password: SEED_PASSWORD });
    const report = (body: object, token?: string): Promise<Response> =>
      fetch(`${clinic.url}/audit/api/reports`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) } });
    const printed = { action: 'report.print', metadata: { report: 'rota', pages: 2 } };
    expect(await recorded(async () => expect((await report(printed, accessToken)).status).toBe(201))).toEqual(['success report.print Ben Castillo client-report']);
    expect((await report(printed)).status).toBe(401);
    expect((await report({ action: 'patient.view' }, accessToken)).status).toBe(403);
    expect((await report({ action: 'report.print', metadata: { report: 'everything', pages: 2 } }, accessToken)).status).toBe(400);
  });

  test('gives no secret away, whatever is asked for', async () => {
    const paths = ['/activities?limit=500', '/activities?model=data-quality', '/activities?unexplained=1', '/objects/Patient/3?limit=500', '/actors/3?limit=500', '/access/1', '/findings', '/models', '/chart', '/export?format=csv', '/export?format=jsonl', '/openapi.json'];
    for (const path of paths) {
      const response = await iris.get(`/audit/api${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      const text = await response.text();
      expect(text.length).toBeGreaterThan(50);
      expectNoSecret(text);
    }
  });
});
