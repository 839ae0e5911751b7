import { describe, expect, test } from 'vitest';
import { harness } from './support/harness.ts';
import { sendRaw, serve } from '../http/support.ts';

describe('a path that another path hides in is recorded, however late it shows', () => {
  test.each([
    ['short', `/static/${'a'.repeat(10)}/../../orders`],
    ['longer than what is stored of a path', `/static/${'a'.repeat(600)}/../../orders`],
    ['longer than what is looked at', `/static/${'a'.repeat(5000)}/x`],
  ])('%s', async (_name, path) => {
    const kit = harness({ paths: { exclude: ['/static/**'] } });
    await using server = await serve(kit.log.node((_request, response) => void response.setHeader('content-type', 'application/json').end('{}')));
    await sendRaw(server.port, `GET /static/logo.svg HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    await sendRaw(server.port, `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    await expect.poll(() => kit.records.map(({ request }) => request.path.slice(0, 12))).toEqual([path.slice(0, 12)]);
  });
});
