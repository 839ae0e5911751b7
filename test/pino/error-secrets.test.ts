import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { pinoOptions } from '@deedlog/pino';
import { secretCanary } from '@deedlog/testkit';
import axios from 'axios';
import type { AxiosRequestConfig } from 'axios';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { lines } from './support.ts';

function app() {
  const out = lines();
  return { logger: pino(pinoOptions(), out), out };
}

async function caught(work: () => unknown): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

describe('an error of a library, with all that it carries, has no secret in its line', () => {
  test.each<[name: string, config: (base: string, secret: string) => AxiosRequestConfig]>([
    ['password', (_base, password) => ({ auth: { username: 'ada', password } })],
    ['user-info', (base, secret) => ({ url: `${base.replace('//', `//ada:${secret}@`)}/x` })],
    ['headers', (_base, secret) => ({ headers: { authorization: `Token ${secret}`, 'x-api-key': secret, cookie: `a=${secret}`, 'Ocp-Apim-Subscription-Key': secret } })],
    ['query', (_base, secret) => ({ params: { access_token: secret } })],
    ['body', (_base, secret) => ({ method: 'post', data: { password: secret, userPin: secret } })],
    ['bytes', (_base, secret) => ({ method: 'post', data: Buffer.from(secret) })],
  ])('axios: %s', async (name, config) => {
    const canary = secretCanary();
    const secret = canary.secret(name);
    const server = createServer((_request, response) => response.writeHead(401, { 'set-cookie': `session=${secret}` }).end(JSON.stringify({ token: secret })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await caught(() => axios({ url: `${base}/x`, ...config(base, secret) }));
    server.close();
    const { logger, out } = app();
    logger.error(error);
    logger.error({ error, response: (error as { response?: unknown }).response }, 'failed');
    logger.error(inspect(error, { depth: 6 }));
    expect(out.texts).toHaveLength(3);
    canary.assertClean(out.texts);
    // The bytes of a secret as numbers are one as well.
    expect(out.texts.join()).not.toContain([...Buffer.from(secret)].slice(0, 8).join());
  });

  test('PostgreSQL: a unique key, not null, a check', async () => {
    const canary = secretCanary();
    await using database = new PGlite();
    await database.exec('create table account (id int primary key, mail text not null, api_key text unique, hash text, check (id > 0))');
    const values = ['a', canary.secret('api-key'), canary.secret('hash')];
    await database.query('insert into account values (1, $1, $2, $3)', values);
    const { logger, out } = app();
    for (const row of ['2, $1, $2, $3', '3, null, $2, $3 || $1', "-4, 'x' || $1, $2 || '4', $3"]) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      logger.error(await caught(() => database.query(`insert into account values (${row})`, values)));
    }
    expect(out.texts.map((text) => /"code":"(\d+)"/.exec(text)?.[1])).toEqual(['23505', '23502', '23514']);
    canary.assertClean(out.texts);
  });

  test('an address that is none', async () => {
    const canary = secretCanary();
    const { logger, out } = app();
    for (const password of [`${canary.secret('a')}#x`, `x/${canary.secret('b')}`]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      logger.error(await caught(() => new URL(`postgres://app:${password}@db:5432/ward`)));
    }
    expect(out.texts).toHaveLength(2);
    canary.assertClean(out.texts);
  });
});
