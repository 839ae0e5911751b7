import { userActor } from '@deedlog/core';
import { outgoingLog } from '@deedlog/http';
import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';
import { expect, test } from 'vitest';
import { serve } from '../http/support.ts';
import { harness } from './support/harness.ts';

test('an actor that was given by hand is the activity’s, not the request’s', async () => {
  const kit = harness();
  const app = express().use(kit.log.express).post('/login', async (_request, response) => {
    await kit.deedlog.trackLogin({ actor: userActor('ada'), authType: 'password', sessionId: 's-1' });
    response.end();
  });
  await using server = await serve(app);
  await fetch(`${server.url}/login`, { method: 'POST' });
  const record = await kit.only();
  const [login] = kit.store.activities;
  expect(login).toMatchObject({ actorId: 'ada', correlationId: record.correlationId });
  expect(record.actorId).toBeNull();
});

test('a scope opened after the authentication names the actor of requests and calls without an activity', async () => {
  const kit = harness();
  await using upstream = await serve((_request, response) => response.end());
  const calls = outgoingLog({ sink: { writeRequests: (more) => void kit.records.push(...more) }, deedlog: kit.deedlog, hosts: { include: [new URL(upstream.url).host] } });
  const app = express().use(kit.log.express);
  app.use((request, _response, next) => kit.deedlog.run({ host: { user: request.get('x-user') } }, next));
  app.get('/orders', async (_request, response) => {
    await (await fetch(upstream.url)).text();
    response.end();
  });
  await using server = await serve(app);
  await fetch(`${server.url}/orders`, { headers: { 'x-user': 'ada' } });
  const records = await kit.recorded(2);
  calls.close();
  expect(records.map(({ requestType, actorId }) => ({ requestType, actorId }))).toEqual([
    { requestType: 'external', actorId: 'ada' },
    { requestType: 'internal', actorId: 'ada' },
  ]);
  expect(new Set(records.map(({ correlationId }) => correlationId)).size).toBe(1);
  expect(kit.store.activities).toEqual([]);
});

test('an error that tRPC answers itself is told from its onError', async () => {
  const kit = harness();
  const t = initTRPC.create();
  const refuse = t.procedure.mutation(() => {
    throw new TRPCError({ code: 'FORBIDDEN', message: 'not yours' });
  });
  const app = express().use(kit.log.express);
  app.use('/trpc', createExpressMiddleware({ router: t.router({ refuse }), onError: ({ req, error }) => kit.log.failed(req, error) }));
  await using server = await serve(app);
  await fetch(`${server.url}/trpc/refuse`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  expect(await kit.only()).toMatchObject({ error: 'TRPCError [FORBIDDEN]: not yours', response: { statusCode: 403 } });
});
