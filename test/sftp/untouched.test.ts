import { auditedSftp, outgoingLog } from '@deedlog/http';
import type { DeedlogError, RequestRecord } from '@deedlog/core';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import SftpClient from 'ssh2-sftp-client';
import { describe, expect, test, vi } from 'vitest';
import { briefly, caught, connectedWorld, quietClient, world } from './support.ts';

describe('the client stays the client', () => {
  test('it is one, has the same members, and what is set on either is set on both', async () => {
    const { client, plain } = await world();
    expect(client).toBeInstanceOf(SftpClient);
    expect(Object.keys(client)).toEqual(Object.keys(plain));
    expect(client.on).toBe(plain.on);
    expect(client.put).toBe(client.put);
    Object.assign(client, { label: 'mine' });
    expect(plain).toHaveProperty('label', 'mine');
  });

  test('listeners come and go', async () => {
    const { client, server } = await world();
    const heard: string[] = [];
    const listener = (): void => void heard.push('ready');
    const gone = (): void => void heard.push('gone');
    client.on('ready', listener);
    client.on('ready', gone);
    client.removeListener('ready', gone);
    await client.connect(server.login);
    expect(heard).toEqual(['ready']);
  });

  test('what it tells while it works is heard', async () => {
    const { client, folder } = await connectedWorld();
    await mkdir(join(folder, 'up'));
    await writeFile(join(folder, 'up/a'), 'a');
    const uploaded: unknown[] = [];
    client.on('upload', (told: unknown) => uploaded.push(told));
    await client.uploadDir(join(folder, 'up'), '/up');
    expect(uploaded).toEqual([{ source: join(folder, 'up/a'), destination: '/up/a' }]);
  });

  test('a method works apart from it, as far as it did; one that uses others makes one record', async () => {
    const { client, plain, records } = await connectedWorld();
    const { list } = client;
    expect(await Reflect.apply(list, plain, ['/'])).toEqual([]);
    const expected = await caught(() => Reflect.apply(plain.list, undefined, ['/']));
    expect((await caught(() => Reflect.apply(list, undefined, ['/']))).message).toBe(expected.message);
    expect(records.map(({ request, error }) => [request.method, error === null])).toEqual([['LIST', true], ['LIST', false]]);
  });

  test('a class of one’s own is recorded by what it calls', async () => {
    class Bank extends SftpClient {
      async deliver(name: string): Promise<void> {
        await this.put(Buffer.from('x'), `/${name}.part`);
        await this.rename(`/${name}.part`, `/${name}`);
      }
    }
    const { server, records, deedlog } = await world();
    const sink = { writeRequests: (written: readonly (typeof records)[number][]) => void records.push(...written) };
    const bank = auditedSftp(new Bank('bank', {}), { service: 'bank', sink, deedlog });
    await bank.connect(server.login);
    await bank.deliver('a');
    await bank.end();
    expect(records.map(({ request }) => request.method)).toEqual(['CONNECT', 'PUT', 'RENAME', 'END']);
  });

  test('a method that is replaced later is the one that is called', async () => {
    const { client, plain, records } = await connectedWorld();
    await client.list('/');
    vi.spyOn(plain, 'list').mockResolvedValue([]);
    expect(await client.list('/replaced')).toEqual([]);
    expect(records.map(({ request }) => request.path)).toEqual(['/', '/replaced']);
  });
});

describe('errors', () => {
  test.each<[name: string, call: (client: SftpClient) => unknown]>([
    ['get', (client) => client.get('/none')],
    ['list', (client) => client.list('/none')],
    ['stat', (client) => client.stat('/none')],
    ['put', (client) => client.put(Buffer.from('x'), '/denied/a')],
    ['put', (client) => client.put('/no/such/local/file', '/a')],
    ['fastGet', (client) => client.fastGet('/none', '/tmp/none')],
    ['append', (client) => client.append('text' as unknown as Buffer, '/a')],
    ['posixRename', (client) => client.posixRename('/a', '/b')],
    ['rmdir', (client) => client.rmdir('/none')],
    ['delete', (client) => client.delete('/none')],
    ['chmod', (client) => client.chmod('/denied', 0o600)],
    ['downloadDir', (client) => client.downloadDir('/none', '/tmp/none')],
  ])('%s fails as it did, and is recorded once without an answer', async (name, call) => {
    const { client, plain, records } = await connectedWorld();
    const expected = await caught(() => call(plain));
    const error = await caught(() => call(client));
    expect([error.constructor, error.message, error.code]).toEqual([expected.constructor, expected.message, expected.code]);
    expect(records.map(({ request, response, error: told }) => [request.method, response, typeof told])).toEqual([[name.toUpperCase(), null, 'string']]);
  });

  test('no such file, permission denied: told with code and message', async () => {
    const { client, records } = await connectedWorld();
    await caught(() => client.get('/none.csv'));
    await caught(() => client.put(Buffer.from('x'), '/denied/a.csv'));
    expect(records.map(({ request, error }) => [request.method, error])).toEqual([
      ['GET', 'Error [2]: get: No such file or directory /none.csv'],
      ['PUT', 'Error [3]: _put: Write stream error: Permission denied /denied/a.csv'],
    ]);
  });

  test('a wrong password, and nobody who listens', async () => {
    const { client, server, records } = await world();
    await caught(() => client.connect({ ...server.login, password: 'wrong' }));
    const other = await world();
    await other.server[Symbol.asyncDispose]();
    await caught(() => other.client.connect(other.server.login));
    expect([...records, ...other.records].map(({ request, response, error }) => [request.endpoint, response, error])).toEqual([
      [`sftp://127.0.0.1:${server.port}`, null, 'Error: getConnection: All configured authentication methods failed'],
      [`sftp://127.0.0.1:${other.server.port}`, null, expect.stringContaining('ECONNREFUSED')],
    ]);
  });

  test('one that was never connected has no host', async () => {
    const { client, records } = await world();
    await caught(() => client.list('/a'));
    expect(records.map(({ request, error }) => [request.endpoint, error])).toEqual([['sftp:///a', 'Error [ERR_NOT_CONNECTED]: list: No SFTP connection available']]);
  });

  test('a connection that is cut in the middle of a put: one record, with what is known of it', async () => {
    const { client, server, records } = await connectedWorld();
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        yield Buffer.alloc(32_768, 7);
        if (server.received > 200_000) server.cut();
        await new Promise(setImmediate);
      }
    }
    const source = Readable.from(endless());
    const error = await caught(() => client.put(source, '/big.bin'));
    source.destroy();
    expect(error.message).toMatch(/Unexpected (end|close) event|No response from server|ECONNRESET|EPIPE/);
    expect(records.map(({ request, response, error: told }) => [request.method, request.path, response, told])).toEqual([['PUT', '/big.bin', null, expect.stringContaining(error.message)]]);
    expect(await readdir(server.root)).toEqual(['big.bin']);
  });

  test('nobody listens: a rejection that nobody handles is still one', async () => {
    const { client } = await connectedWorld();
    const unhandled = new Promise((resolve) => {
      const others = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.once('unhandledRejection', (reason) => {
        for (const other of others) process.on('unhandledRejection', other);
        resolve(reason);
      });
    });
    void client.get('/none');
    expect(await unhandled).toMatchObject({ message: expect.stringContaining('No such file') });
  });
});

describe('a log that fails reaches nobody', () => {
  const failing = {
    'a sink that throws': { sink: { name: 'broken', writeRequests: () => { throw new Error('disk full'); } } },
    'a sink that rejects': { sink: { name: 'broken', writeRequests: () => Promise.reject(new Error('disk full')) } },
    'a flow that throws': { deedlog: { currentFlow: () => { throw new Error('no flow'); } } },
    'a rewriting that throws': { path: () => { throw new Error('no path'); } },
  };

  test.each(Object.entries(failing))('%s', async (_name, log) => {
    const problems: DeedlogError[] = [];
    const { client } = await connectedWorld({ log: { ...log, onProblem: (problem) => void problems.push(problem) } });
    await client.put(Buffer.from('x'), '/a');
    expect((await client.list('/')).map(({ name }) => name)).toEqual(['a']);
    expect((await caught(() => client.get('/none'))).message).toContain('No such file');
    await expect.poll(() => problems.length).toBeGreaterThan(0);
    expect(problems[0]?.code).toBe('HTTP_REQUEST_LOG_FAILED');
  });

  test('a rewriting that throws leaves the path out, and records the call', async () => {
    const { client, records } = await connectedWorld({ log: { onProblem: () => undefined, path: () => { throw new Error('no path'); } } });
    await client.put(Buffer.from('x'), '/secret-place');
    expect(records.map(briefly)).toEqual([['PUT', '', null, { bytes: 1 }, null]]);
  });

  test('a sink that wants no requests costs nothing: the client is the one that was given', () => {
    const plain = quietClient();
    expect(auditedSftp(plain, { service: 'bank', sink: {} })).toBe(plain);
  });

  test('a sink that ships over HTTP is not recorded in its turn', async () => {
    const collector = createServer((_request, response) => response.end());
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const { port } = collector.address() as AddressInfo;
    const seen: RequestRecord[] = [];
    using watching = { log: outgoingLog({ sink: { writeRequests: (written) => void seen.push(...written) } }), [Symbol.dispose]: () => watching.log.close() };
    let shipped = 0;
    const ship = async (): Promise<void> => {
      await (await fetch(`http://127.0.0.1:${port}`, { method: 'POST' })).text();
      shipped++;
    };
    const { client } = await connectedWorld({ log: { sink: { writeRequests: ship } } });
    await expect.poll(() => shipped).toBe(1);
    await client.list('/');
    await expect.poll(() => shipped).toBe(2);
    expect(seen).toEqual([]);
    await (await fetch(`http://127.0.0.1:${port}`)).text();
    await expect.poll(() => seen.length).toBe(1);
    collector.close();
    collector.closeAllConnections();
  });

  test('wrong options are told at set-up', () => {
    const sink = { writeRequests: () => undefined };
    const wrong = [{ sink }, { service: '', sink }, { service: 'bank' }, { service: 'bank', sink, paths: { include: ['('] } }];
    const codes = wrong.map((options) => {
      try {
        return auditedSftp(quietClient(), options as never);
      } catch (error) {
        return (error as DeedlogError).code;
      }
    });
    expect(codes).toEqual(['HTTP_SERVICE_INVALID', 'HTTP_SERVICE_INVALID', 'HTTP_REQUEST_LOG_INVALID', 'HTTP_PATTERN_INVALID']);
  });
});
