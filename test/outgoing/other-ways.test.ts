import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createSecureServer } from 'node:http2';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { request as nodeRequest } from 'node:http';
import { Agent, ProxyAgent, request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { certificate, privateKey } from './support/self-signed.ts';
import { upstream } from './support/upstream.ts';
import { watching } from './support/watched.ts';

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Forwards whole URLs (RFC 9112 §3.2.2), and opens tunnels. */
async function proxy(): Promise<string> {
  const server = createServer((asked, response) => {
    const { method, headers } = asked;
    asked.pipe(nodeRequest(asked.url ?? '', { method: method ?? 'GET', headers, agent: false }, (answer: IncomingMessage) => answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.headers))));
  });
  server.on('connect', (asked, socket) => {
    const [host, port] = (asked.url ?? '').split(':');
    const through = connect(Number(port), host ?? '', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    for (const end of [through, socket]) end.on('error', () => through.destroy());
  });
  return listening(server);
}

test('HTTP/2', async () => {
  const server = createSecureServer({ cert: certificate, key: privateKey }, (asked, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-upstream': asked.httpVersion });
    response.end('{"title":"two"}');
  });
  const host = await listening(server);
  const agent = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } });
  onTestFinished(() => agent.destroy());
  const log = watching({ headers: ['x-upstream', 'x-asked'], body: { response: ['title'] } });
  const calls = ['ada', 'ben', 'cid'].map((user) => log.as(user, async () => (await request(`https://${host}/${user}?x=1`, { dispatcher: agent, headers: { 'x-asked': user } })).body.json()));
  await Promise.all(calls);
  for (const { protocol, request: sent, response, actorId } of await log.told(3)) {
    expect({ protocol, ...response }).toEqual({ protocol: 'https', statusCode: 200, headers: { 'x-upstream': '2.0' }, body: { title: 'two' } });
    expect([sent.path, sent.headers]).toEqual([`/${actorId}`, { 'x-asked': actorId }]);
  }
});

test.each([true, false])('through a proxy (with a tunnel: %s) a call is one record, of the host that it is for', async (proxyTunnel) => {
  const service = await upstream();
  const agent = new ProxyAgent({ uri: `http://user:secret@${await proxy()}`, proxyTunnel });
  onTestFinished(() => agent.destroy());
  const log = watching({ services: { apollo: service.host }, hosts: { include: ['127.0.0.1'] } });
  await log.as('ada', async () => (await request(`${service.base}/echo?x=1`, { dispatcher: agent })).body.dump());
  expect(service.arrivals).toHaveLength(1);
  // The proxy of this test makes a call, too: it runs in this process.
  const records = (await log.told(proxyTunnel ? 1 : 2)).filter(({ actorId }) => actorId === 'ada');
  expect(records.map(({ serviceName, request: { endpoint } }) => [serviceName, endpoint])).toEqual([['apollo', `${service.base}/echo`]]);
});

test('a proxy that node:http is pointed at', async () => {
  const service = await upstream();
  const [host, port] = (await proxy()).split(':');
  const log = watching({ services: { apollo: service.host }, headers: ['x-own'] });
  const asked = nodeRequest({ host, port, path: service.base.replace('//', '//user:secret@').concat('/echo?x=1'), headers: { 'x-own': 'yes' } });
  await new Promise((resolve, reject) => asked.once('response', (response) => response.resume().once('close', resolve)).once('error', reject).end());
  const [record] = (await log.told(2)).toReversed();
  expect(record).toMatchObject({ serviceName: 'apollo', request: { endpoint: `${service.base}/echo`, path: '/echo', headers: { 'x-own': 'yes' } } });
});
