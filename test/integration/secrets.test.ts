import { ActivityEntity, mikroOrmStore } from '@deedlog/mikro-orm';
import { expect, test } from 'vitest';
import { bareActivity } from '../contract/sample-activity.ts';
import { testOrm } from '../support/database.ts';
import { assertNoSecretStored, plantedSecret } from '../support/secrets.ts';
import { twoApiServer } from './support/two-api-server.ts';

/** Secrets in every place of a request where an application has them, in fields that were allowed as a whole. */
function poisonedRequest() {
  const [password, token, cookie, bearer, query] = ['password', 'token', 'cookie', 'bearer', 'query'].map(plantedSecret);
  return {
    headers: { authorization: `Bearer ${bearer}`, cookie: `session=${cookie}`, 'x-api-key': `${token}`, 'user-agent': `curl?token=${token}` },
    search: `?access_token=${query}`,
    payload: {
      password,
      accessToken: token,
      nested: { user: { newPassword: password, ssn: password } },
      list: [{ apiKey: token }, { 'Set-Cookie': cookie }],
      headers: [['authorization', `Bearer ${bearer}`], ['cookie', cookie]],
      text: `login failed for https://ada:${password}@example.org/?token=${token} with password=${password}, Authorization: Bearer ${bearer}`,
    },
  };
}

test('no password, token, cookie or authorization value reaches a row, whatever was allowed', async () => {
  await using database = await testOrm([ActivityEntity]);
  await using server = await twoApiServer({ store: mikroOrmStore(database.orm) });
  const { headers, search, payload } = poisonedRequest();
  const json = { 'content-type': 'application/json', 'x-user': 'ada', ...headers };

  const trpc = await fetch(`${server.url}/trpc/note${search}`, { method: 'POST', headers: json, body: JSON.stringify({ mark: 'trpc', payload }) });
  const query = 'mutation ($payload: Any) { note(mark: "graphql", payload: $payload) }';
  const graphql = await fetch(`${server.url}/graphql${search}`, { method: 'POST', headers: json, body: JSON.stringify({ query, variables: { payload } }) });
  const invalid = await fetch(`${server.url}/trpc/note`, { method: 'POST', headers: json, body: JSON.stringify({ mark: payload, payload }) });
  expect([trpc.status, graphql.status, invalid.status]).toEqual([200, 200, 400]);

  const stored = await database.orm.em.fork().find(ActivityEntity, {}, { orderBy: { id: 'asc' } });
  expect(stored.map(({ observer, outcome }) => `${observer} ${outcome}`)).toEqual(['trpc success', 'envelop success', 'trpc failure']);
  // The payload was allowed and is there: what is missing is missing because it is secret.
  expect(JSON.stringify(stored[0]?.input)).toContain('login failed for');
  await assertNoSecretStored(database.client);
});

test('the search itself finds a secret that was stored, plain, in base64 and in hex', async () => {
  await using database = await testOrm([ActivityEntity]);
  const store = mikroOrmStore(database.orm);
  const secret = plantedSecret('control');
  for (const leak of [secret, Buffer.from(secret).toString('base64'), Buffer.from(`x${secret}`).toString('base64'), Buffer.from(secret).toString('hex')]) {
    await database.client.query('delete from deedlog.activity', []);
    await store.write([bareActivity({ reason: leak })]);
    await expect(assertNoSecretStored(database.client)).rejects.toThrow('a planted secret was stored');
  }
  await database.client.query('delete from deedlog.activity', []);
});
