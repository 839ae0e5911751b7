import { request as httpRequest } from 'node:http';
import { outgoingLog } from '@deedlog/http';
import type { RequestRecord } from '@deedlog/core';
import fc from 'fast-check';
import { Agent, request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { upstream } from './support/upstream.ts';

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const segment = fc.oneof(word, fc.webPath().map((path) => path.replaceAll('/', '')), fc.constantFrom('%2e', '..', ';a=b', 'ä', ':x', '@y', '//'));
const secret = fc.stringMatching(/^[g-z]{12}$/).map((text) => `zz${text}zz`);

/** A URL with a secret in each of its parts that may not be stored. */
const parts = fc.record({ user: secret, password: secret, path: fc.array(segment, { maxLength: 4 }).map((list) => `/echo/${list.join('/')}`), query: fc.array(fc.tuple(word, secret), { maxLength: 3 }), fragment: secret });

test('of any URL the endpoint is scheme, host, port and path, and no secret of its other parts is in the record', async () => {
  const service = await upstream();
  const agent = new Agent({ connections: 5 });
  onTestFinished(() => agent.destroy());
  const records: RequestRecord[] = [];
  const log = outgoingLog({ sink: { writeRequests: (written) => void records.push(...written) }, query: ['page'] });
  onTestFinished(log.close);
  await fc.assert(
    fc.asyncProperty(parts, fc.boolean(), async ({ user, password, path, query, fragment }, throughNode) => {
      records.length = 0;
      const url = new URL(`http://${user}:${password}@${service.host}${path}?${query.map(([name, value]) => `${name}=${value}`).join('&')}&page=2#${fragment}`);
      if (throughNode) await new Promise((resolve, reject) => httpRequest(url, (response) => response.resume().once('close', resolve)).once('error', reject).end());
      else await (await request(url, { dispatcher: agent })).body.dump();
      await expect.poll(() => records.length).toBe(1);
      const text = JSON.stringify(records);
      for (const planted of [user, password, fragment, ...query.map(([, value]) => value)]) expect(text).not.toContain(planted);
      const [record] = records;
      expect(record?.request.endpoint).toBe(`${url.protocol}//${url.host}${url.pathname}`);
      expect(record?.request.query).toEqual({ page: '2' });
    }),
    { numRuns: 150 },
  );
});
