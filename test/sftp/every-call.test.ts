import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { RequestRecord } from '@deedlog/core';
import type SftpClient from 'ssh2-sftp-client';
import { describe, expect, test } from 'vitest';
import { briefly, connectedWorld, world } from './support.ts';
import type { World } from './support.ts';

interface WithLstat {
  lstat(path: string): Promise<unknown>;
}

const content = 'id;amount\n7;12.50\n';
const size = content.length;

/** Files that the calls below want, made past the log. */
async function prepare({ plain, folder }: World): Promise<void> {
  await writeFile(join(folder, 'local.csv'), content);
  await mkdir(join(folder, 'up/deeper'), { recursive: true });
  for (const name of ['up/a.csv', 'up/b.csv', 'up/deeper/c.csv']) await writeFile(join(folder, name), content);
  await plain.mkdir('/in/sub', true);
  for (const name of ['a.csv', 'b.csv', 'sub/c.csv']) await plain.put(Buffer.from(content), `/in/${name}`);
}

type Called = [name: string, call: (client: SftpClient, world: World) => Promise<unknown>, method: string, path: string, asked: unknown, answered: unknown];

const calls: Called[] = [
  ['realPath', (client) => client.realPath('in/../in'), 'REALPATH', 'in/../in', null, null],
  ['cwd', (client) => client.cwd(), 'CWD', '', null, null],
  ['exists', (client) => client.exists('/in/a.csv'), 'EXISTS', '/in/a.csv', null, { exists: true }],
  ['exists, of nothing', (client) => client.exists('/in/none'), 'EXISTS', '/in/none', null, { exists: false }],
  ['stat', (client) => client.stat('/in/a.csv'), 'STAT', '/in/a.csv', null, { bytes: size }],
  ['lstat', (client) => (client as unknown as WithLstat).lstat('/in/a.csv'), 'LSTAT', '/in/a.csv', null, { bytes: size }],
  ['list', (client) => client.list('/in'), 'LIST', '/in', null, { entries: 3 }],
  ['list, filtered', (client) => client.list('/in', ({ type }) => type === 'd'), 'LIST', '/in', null, { entries: 1 }],
  ['get, a buffer', (client) => client.get('/in/a.csv'), 'GET', '/in/a.csv', null, { bytes: size }],
  ['get, a file', (client, { folder }) => client.get('/in/a.csv', join(folder, 'got.csv')), 'GET', '/in/a.csv', null, null],
  ['get, a stream', (client) => client.get('/in/a.csv', new Writable({ write: (_chunk, _encoding, done) => done() })).then((stream) => stream instanceof Writable), 'GET', '/in/a.csv', null, null],
  ['fastGet', (client, { folder }) => client.fastGet('/in/a.csv', join(folder, 'fast.csv')), 'FASTGET', '/in/a.csv', null, null],
  ['put, a buffer', (client) => client.put(Buffer.from(content), '/in/new.csv'), 'PUT', '/in/new.csv', null, { bytes: size }],
  ['put, a file', (client, { folder }) => client.put(join(folder, 'local.csv'), '/in/new.csv'), 'PUT', '/in/new.csv', null, null],
  ['put, a stream of a file', (client, { folder }) => client.put(createReadStream(join(folder, 'local.csv')), '/in/new.csv'), 'PUT', '/in/new.csv', null, { bytes: size }],
  ['put, any stream', (client) => client.put(Readable.from([Buffer.from(content)]), 'new.csv'), 'PUT', 'new.csv', null, null],
  ['fastPut', (client, { folder }) => client.fastPut(join(folder, 'local.csv'), '/in/new.csv'), 'FASTPUT', '/in/new.csv', null, null],
  ['append', (client) => client.append(Buffer.from(content), '/in/a.csv'), 'APPEND', '/in/a.csv', null, { bytes: size }],
  ['mkdir', (client) => client.mkdir('/in/dir'), 'MKDIR', '/in/dir', null, null],
  ['mkdir, recursive', (client) => client.mkdir('/in/x/y/z', true), 'MKDIR', '/in/x/y/z', { recursive: true }, null],
  ['rmdir', (client) => client.mkdir('/gone').then(() => client.rmdir('/gone')), 'RMDIR', '/gone', null, null],
  ['rmdir, recursive', (client) => client.rmdir('/in', true), 'RMDIR', '/in', { recursive: true }, null],
  ['delete', (client) => client.delete('/in/a.csv'), 'DELETE', '/in/a.csv', null, null],
  ['rename', (client) => client.rename('/in/a.csv', '/in/z.csv'), 'RENAME', '/in/a.csv', { to: '/in/z.csv' }, null],
  ['rcopy', (client) => client.rcopy('/in/a.csv', '/in/z.csv'), 'RCOPY', '/in/a.csv', { to: '/in/z.csv' }, null],
  ['chmod', (client) => client.chmod('/in/a.csv', 0o600), 'CHMOD', '/in/a.csv', { mode: '600' }, null],
  ['chmod, in octal digits', (client) => client.chmod('/in/a.csv', '0640'), 'CHMOD', '/in/a.csv', { mode: '0640' }, null],
  ['uploadDir', (client, { folder }) => client.uploadDir(join(folder, 'up'), '/up'), 'UPLOADDIR', '/up', null, null],
  ['uploadDir, fast', (client, { folder }) => client.uploadDir(join(folder, 'up'), '/up', { useFastput: true }), 'UPLOADDIR', '/up', null, null],
  ['downloadDir', (client, { folder }) => client.downloadDir('/in', join(folder, 'down')), 'DOWNLOADDIR', '/in', null, null],
];

describe('every call that speaks to the server makes one record, and does what it did', () => {
  test.each(calls)('%s', async (_name, call, method, path, asked, answered) => {
    const given = await connectedWorld();
    await prepare(given);
    const result = await call(given.client, given);
    expect(briefly(given.records.at(-1) as RequestRecord)).toEqual([method, path, asked, answered, null]);
    expect(given.records.filter(({ request }) => request.method === method)).toHaveLength(1);
    // The same without the log, on files that are as new.
    const bare = await connectedWorld();
    await prepare(bare);
    const expected: unknown = await call(bare.plain, bare);
    expect(bare.records).toEqual([]);
    const same = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, one: unknown) => (/time/i.test(key) ? 'a time' : one)).replaceAll(given.folder, 'F').replaceAll(bare.folder, 'F'));
    expect(same(result)).toEqual(same(expected));
  });

  test('connect and end', async () => {
    const { client, server, records } = await world();
    const wrapper = await client.connect(server.login);
    expect(typeof wrapper.readdir).toBe('function');
    expect(await client.end()).toBe(true);
    expect(records.map(briefly)).toEqual([
      ['CONNECT', '', null, null, null],
      ['END', '', null, null, null],
    ]);
    expect(records.map(({ request }) => request.endpoint)).toEqual(Array(2).fill(`sftp://127.0.0.1:${server.port}`));
  });

  test('a record is whole', async () => {
    const { client, server, records } = await connectedWorld();
    const before = new Date();
    await client.put(Buffer.from(content), '/daily report #7?.csv');
    expect(records).toEqual([
      {
        id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/),
        startedAt: expect.any(Date),
        requestType: 'external',
        protocol: 'sftp',
        serviceName: 'bank',
        request: {
          method: 'PUT',
          path: '/daily report #7?.csv',
          endpoint: `sftp://127.0.0.1:${server.port}/daily%20report%20%237%3F.csv`,
          query: {},
          headers: {},
          body: null,
        },
        response: { statusCode: null, headers: {}, body: { bytes: size } },
        error: null,
        executionTime: expect.any(Number),
        actorKind: null,
        actorId: null,
        actorLabel: null,
        onBehalfOf: null,
        ip: null,
        requestId: null,
        traceId: null,
        tenant: null,
        correlationId: null,
        causationId: null,
      },
    ]);
    const [record] = records;
    expect(record?.startedAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(record?.executionTime).toBeGreaterThan(0);
    expect(record?.executionTime).toBeLessThanOrEqual(Date.now() - before.getTime() + 1);
  });

  test('a client that was connected before has its address, a relative path is below the home directory', async () => {
    const { plain, client, server, records } = await world();
    await plain.connect(server.login);
    await client.put(Buffer.from('x'), 'a.txt');
    expect(records.map(({ request }) => request.endpoint)).toEqual([`sftp://127.0.0.1:${server.port}/~/a.txt`]);
  });
});

describe('streams', () => {
  test('one that is written is recorded when it is over, with what passed', async () => {
    const { client, server, records } = await connectedWorld();
    const stream = client.createWriteStream('/a.bin');
    expect(records).toEqual([]);
    await pipeline(Readable.from([Buffer.alloc(100_000, 1), Buffer.alloc(50_000, 2)]), stream);
    await expect.poll(() => records.map(briefly)).toEqual([['CREATEWRITESTREAM', '/a.bin', null, { bytes: 150_000 }, null]]);
    expect(await readFile(join(server.root, 'a.bin')).then(({ length }) => length)).toBe(150_000);
  });

  test('one that is read flows only when it is read, and is recorded when it is over', async () => {
    const { client, plain, records } = await connectedWorld();
    await plain.put(Buffer.from(content), '/a.csv');
    const stream = client.createReadStream('/a.csv');
    await once(stream, 'ready');
    expect([stream.readableFlowing, records.length]).toEqual([null, 0]);
    const closed = once(stream, 'close');
    expect(await text(stream)).toBe(content);
    await closed;
    await expect.poll(() => records.map(briefly)).toEqual([['CREATEREADSTREAM', '/a.csv', null, { bytes: size }, null]]);
  });

  test('one that stays open after its end is over with its end', async () => {
    const { client, plain, records } = await connectedWorld();
    await plain.put(Buffer.from(content), '/a.csv');
    const stream = client.createReadStream('/a.csv', { autoClose: false });
    expect(await text(stream)).toBe(content);
    expect(records.map(briefly)).toEqual([['CREATEREADSTREAM', '/a.csv', null, { bytes: size }, null]]);
    stream.destroy();
    await once(stream, 'close');
  });

  test('one that is closed before its end says so, with what passed', async () => {
    const { client, plain, records } = await connectedWorld();
    await plain.put(Buffer.alloc(1_000_000, 1), '/big.bin');
    const stream = client.createReadStream('/big.bin');
    await once(stream, 'data');
    stream.destroy();
    await once(stream, 'close');
    const [record] = records;
    expect(record?.error).toContain('closed before its end');
    const { bytes } = (record?.response?.body ?? {}) as { bytes?: number };
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(1_000_000);
  });

  test('the error of one is recorded, and stays the application’s to handle', async () => {
    const { client, records } = await connectedWorld();
    const stream = client.createReadStream('/none.csv');
    expect(stream.listenerCount('error')).toBe(0);
    const [error] = (await once(stream, 'error')) as [Error];
    expect(error.message).toBe('No such file or directory');
    expect(records.map(({ request, response, error: told }) => [request.path, response, told])).toEqual([['/none.csv', null, 'Error [2]: No such file or directory']]);
  });
});
