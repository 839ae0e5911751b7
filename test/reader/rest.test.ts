import type { ActivityPage } from '@deedlog/core';
import { auditHandler } from '@deedlog/http';
import { historyElementScript, viewerPage } from '@deedlog/viewer';
import { expect, test } from 'vitest';
import { decide, invoices, readerOf } from './support/log.ts';
import { serveHandler } from './support/serve.ts';
import type { Served } from './support/serve.ts';

const activities = invoices(120);
const newest = activities.toReversed();

async function served(): Promise<Served> {
  const reader = await readerOf(activities);
  return serveHandler(auditHandler({ reader, authorize: decide, viewer: viewerPage, historyElement: historyElementScript }));
}

async function pageOf(response: Response): Promise<ActivityPage> {
  expect(response.status).toBe(200);
  return (await response.json()) as ActivityPage;
}

const idsOf = ({ results }: ActivityPage): string[] => results.map(({ id }) => id);

test('a listing, page by page', async () => {
  await using server = await served();
  const first = await pageOf(await server.get('/audit/api/activities?limit=50'));
  expect([first.count, first.countExact, first.previous, idsOf(first)]).toEqual([120, true, null, newest.slice(0, 50).map(({ id }) => id)]);
  const second = await pageOf(await server.get(`/audit/api/activities?limit=50&after=${first.next}`));
  expect(idsOf(second)).toEqual(newest.slice(50, 100).map(({ id }) => id));
  expect(idsOf(await pageOf(await server.get(`/audit/api/activities?limit=50&before=${second.previous}`)))).toEqual(idsOf(first));
});

test('one activity, an object’s history, an actor, the page', async () => {
  await using server = await served();
  const one = await (await server.get(`/audit/api/activities/${activities[7]?.id}`)).json() as { action: string };
  expect(one).toMatchObject({ action: 'invoice.approve', objectType: 'Invoice', objectId: '7' });
  expect((await pageOf(await server.get('/audit/api/objects/Invoice/7'))).count).toBe(12);
  expect((await pageOf(await server.get('/audit/api/actors/ada'))).count).toBe(40);
  for (const path of ['/audit', '/audit/']) {
    const page = await server.get(path);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain('sha256-');
    expect(await page.text()).toContain('data-base="/audit"');
  }
  expect((await server.get('/audit/history.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
});
