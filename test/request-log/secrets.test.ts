import { requestContext } from '@deedlog/http';
import { secretCanary } from '@deedlog/testkit';
import { describe, expect, test } from 'vitest';
import { sendRaw, serve } from '../http/support.ts';
import { harness } from './support/harness.ts';

/** The record of one request, sent as it is to a server that fails. */
async function recordOf(head: readonly string[], failure: string, options: Parameters<typeof harness>[0] = {}) {
  const kit = harness(options);
  await using server = await serve(
    kit.log.node((request, response) => {
      kit.log.failed(request, new Error(failure));
      response.writeHead(500, { 'content-type': 'application/json' }).end('{}');
    }),
  );
  await sendRaw(server.port, [head[0], 'connection: close', ...head.slice(1), '', ''].join('\r\n'));
  return await kit.only();
}

describe('an error that quotes what the client sent', () => {
  test.each<[sent: string, head: (secret: string) => readonly string[], failing: (secret: string) => string]>([
    ['a parameter', (secret) => [`GET /join?invite=${secret} HTTP/1.1`, 'host: a'], (secret) => `no invitation ${secret}`],
    ['an encoded parameter', (secret) => [`GET /join?invite=a%2B${secret}%3D HTTP/1.1`, 'host: a'], (secret) => `no invitation a+${secret}=`],
    ['a key in a header', (secret) => ['GET / HTTP/1.1', 'host: a', `x-api-key: ${secret}`], (secret) => `${secret} is unknown`],
    ['a credential', (secret) => ['GET / HTTP/1.1', 'host: a', `authorization: Token ${secret}`], (secret) => `${secret} has expired`],
    ['a password', (secret) => ['GET / HTTP/1.1', 'host: a', `authorization: Basic ${Buffer.from(`ada:${secret}`).toString('base64')}`], (secret) => `wrong: ${secret}`],
    ['a cookie', (secret) => ['GET / HTTP/1.1', 'host: a', `cookie: theme=dark; login=s%3A${secret}`], (secret) => `no session s:${secret}`],
  ])('%s', async (name, head, failing) => {
    const canary = secretCanary();
    const secret = canary.secret(name.replaceAll(' ', '-'));
    const record = await recordOf(head(secret), failing(secret));
    canary.assertClean(record);
    expect(record.error).toContain('***REDACTED***');
  });

  test('of what is stored, and of short words, it stays', async () => {
    const record = await recordOf(['GET /?page=seventeen&sort=name HTTP/1.1', 'host: a'], 'page seventeen has no name');
    expect(record.error).toBe('Error: page seventeen has no name');
  });
});

describe('what the rule for paths replaces', () => {
  const context = requestContext({ path: (path) => path.replace(/^(\/(?:reset\/|bot))[^/]+/, '$1:token') });

  test.each<[string, path: (secret: string) => string, quoted: (secret: string) => string]>([
    ['a segment that the router has decoded', (secret) => `/reset/${secret}%2B%3D/now`, (secret) => `no reset ${secret}+=`],
    ['a part of a segment', (secret) => `/bot${secret}/send`, (secret) => `${secret} was revoked`],
  ])('is in no error: %s', async (_name, path, quoted) => {
    const canary = secretCanary();
    const secret = canary.secret('path');
    const record = await recordOf([`GET ${path(secret)} HTTP/1.1`, 'host: a'], quoted(secret), { context });
    canary.assertClean(record);
    expect(record.error).toContain('***REDACTED***');
  });
});

test('a host has no user-info, whatever was sent, and whatever header had the same value before', async () => {
  const canary = secretCanary();
  const host = `ada:${canary.secret('host')}@a.example`;
  const record = await recordOf(['GET / HTTP/1.1', `x-forwarded-host: ${host}`, `host: ${host}`], 'x', { headers: ['x-forwarded-host', 'host'] });
  canary.assertClean(record);
  expect(record.request.headers).toEqual({ host: '***REDACTED***@a.example', 'x-forwarded-host': '***REDACTED***@a.example' });
});
