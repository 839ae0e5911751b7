import { once } from 'node:events';
import { connect, constants, createServer } from 'node:http2';
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { harness } from './support/harness.ts';

function respond(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 404, ...type });
  stream.end('{"id":1}');
}

const type = { 'content-type': 'application/json' };

describe('an answer that is given on the stream of HTTP/2, past its response', () => {
  test.each<[string, (response: Http2ServerResponse) => unknown, object]>([
    ['is told as it was sent', ({ stream }) => respond(stream), { response: { statusCode: 404, headers: type }, error: null }],
    ['may be a file', ({ stream }) => stream.respondWithFile(import.meta.filename, type), { response: { statusCode: 200, headers: type }, error: null }],
    ['may have no body', ({ stream }) => stream.respond({ ':status': 204 }, { endStream: true }), { response: { statusCode: 204 }, error: null }],
    ['may break', ({ stream }) => stream.on('error', () => undefined).destroy(new Error('the cause')), { response: null, error: expect.stringMatching(/^aborted.*the cause/) as string }],
    ['may be refused', ({ stream }) => stream.on('error', () => undefined).close(constants.NGHTTP2_REFUSED_STREAM), { response: null, error: expect.stringMatching(/^aborted.*REFUSED_STREAM/) as string }],
  ])('%s', async (_name, answer, expected) => {
    const kit = harness();
    const server = createServer(kit.log.node((_request: Http2ServerRequest, response: Http2ServerResponse) => answer(response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    client.request({ ':path': '/' }).on('error', () => undefined).resume();
    expect(await kit.only()).toMatchObject(expected);
  });
});
