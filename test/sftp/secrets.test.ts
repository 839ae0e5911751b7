import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { secretCanary } from '@deedlog/testkit';
import type SftpClient from 'ssh2-sftp-client';
import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import { briefly, caught, connectedWorld, world } from './support.ts';

const canary = secretCanary();

describe('what signs in is in no record', () => {
  test('user name, password and key, whatever goes wrong', async () => {
    const [username, password, passphrase] = ['username', 'password', 'passphrase'].map((name) => canary.secret(name)) as [string, string, string];
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    const parsed = ssh2.utils.parseKey(key);
    if (parsed instanceof Error) throw parsed;
    const { client, server, plain, records } = await world({ server: { username, password, publicKey: `ecdsa-sha2-nistp256 ${parsed.getPublicSSH().toString('base64')}` } });
    const to = { host: '127.0.0.1', port: server.port, username };
    const wrong: Parameters<SftpClient['connect']>[0][] = [
      { ...to, password: canary.secret('wrong-password') },
      { ...to, privateKey: canary.secret('no-key'), passphrase },
      { ...to, privateKey: Buffer.from(canary.secret('key-bytes')) },
      { ...to, authHandler: [{ type: 'password', username: canary.secret('handler-user'), password: canary.secret('handler-password') }] as never },
      { ...to, host: `${username}:${password}@127.0.0.1` },
      { ...to, port: canary.secret('port') as unknown as number, password },
    ];
    for (const options of wrong) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      const other = await world({ server: { username, password } });
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await caught(() => other.client.connect(options));
      records.push(...other.records);
    }
    await client.connect({ ...to, privateKey: key, passphrase });
    await client.list('/');
    await caught(() => client.connect({ ...to, password }));
    await client.end();
    await plain.end();
    expect(records.map(({ request, error }) => [request.method, error === null])).toEqual([
      ...wrong.map(() => ['CONNECT', false]),
      ['CONNECT', true],
      ['LIST', true],
      ['CONNECT', false],
      ['END', true],
    ]);
    canary.assertClean(records);
    for (const line of key.split('\n').slice(1, -2)) expect(JSON.stringify(records)).not.toContain(line);
  });

  test('also where an error quotes them', async () => {
    const login = { username: 'sftp-user', password: canary.secret('quoted-password') };
    const { client, plain, server, records } = await world({ server: login });
    await client.connect({ ...login, host: '127.0.0.1', port: server.port });
    const quoting = `refused ${JSON.stringify({ password: login.password })} for sftp-user, then ${login.password}!`;
    plain.list = () => Promise.reject(Object.assign(new Error(quoting), { cause: new Error(`of ${login.password}`) }));
    expect((await caught(() => client.list('/'))).message).toBe(quoting);
    expect(records.at(-1)?.error).toContain('refused');
    expect(records.at(-1)?.error).not.toContain('sftp-user');
    canary.assertClean(records);
  });
});

describe('content is in no record', () => {
  test('whatever way it goes', async () => {
    const { client, folder, records } = await connectedWorld();
    const content = `name,card\nalice,${canary.secret('content')}\n`;
    await writeFile(join(folder, 'a.csv'), content);
    await client.put(Buffer.from(content), '/a.csv');
    await client.put(Readable.from([Buffer.from(content)]), '/b.csv');
    await client.fastPut(join(folder, 'a.csv'), '/c.csv');
    await client.append(Buffer.from(content), '/a.csv');
    expect(String(await client.get('/a.csv'))).toBe(content + content);
    await client.get('/a.csv', undefined, { readStreamOptions: { encoding: 'utf8' } });
    await client.uploadDir(folder, '/up');
    await caught(() => client.put(Buffer.from(content), '/denied/a.csv'));
    expect(records).toHaveLength(8);
    canary.assertClean(records);
  });

  test.each<[name: string, content: (secret: string) => string]>([
    ['a line', (secret) => secret],
    ['lines', (secret) => `name,card\n"alice's",${secret}\n`],
    ['more than a message takes', (secret) => `${secret}${'x'.repeat(100_000)}${secret}`],
    ['what no path can hold', (secret) => `\0'"\`${secret}\n${secret}`],
    ['very little', (secret) => `a ${secret}`],
  ])('mistaken for a local path: %s', async (name, content) => {
    const { client, records } = await connectedWorld();
    const text = content(canary.secret(`mistaken-${name.replaceAll(' ', '-')}`));
    await caught(() => client.put(text, '/a.csv'));
    await caught(() => client.fastPut(text, '/a.csv'));
    await caught(() => client.fastGet('/a.csv', text));
    await caught(() => client.append(text as unknown as Buffer, '/a.csv'));
    await caught(() => client.uploadDir(text, '/a'));
    expect(records).toHaveLength(5);
    canary.assertClean(records);
  });
});

describe('paths', () => {
  test('secrets that text can show are taken out', async () => {
    const { client, records } = await connectedWorld();
    const secret = canary.secret('in-a-path');
    await caught(() => client.get(`/in/token=${secret}/a.csv`));
    expect(records.map(({ request }) => request.path)).toEqual(['/in/token=***REDACTED***']);
    canary.assertClean(records);
  });

  test('what the rewriting leaves out is in no field, errors and parents included', async () => {
    const secret = canary.secret('rewritten');
    const { client, plain, records } = await connectedWorld({ log: { path: (path) => path.replace(/^(\/drop)\/[^/]+/, '$1/:token') } });
    await plain.mkdir('/drop');
    await caught(() => client.get(`/drop/${secret}/a.csv`));
    await caught(() => client.mkdir(`/drop/${secret}/x/y`));
    await caught(() => client.rename(`/drop/${secret}/a`, `/drop/${secret}/b`));
    await client.mkdir(`/drop/${secret}`);
    expect(records.map(briefly)).toEqual([
      ['GET', '/drop/:token/a.csv', null, undefined, expect.stringContaining('No such file')],
      ['MKDIR', '/drop/:token/x/y', null, undefined, expect.stringContaining('***REDACTED***')],
      ['RENAME', '/drop/:token/a', { to: '/drop/:token/b' }, undefined, expect.stringContaining('No such file')],
      ['MKDIR', '/drop/:token', null, null, null],
    ]);
    canary.assertClean(records);
  });

  test('some can be left out of the log; what has no path stays in', async () => {
    const { client, records } = await connectedWorld({ log: { paths: { include: ['/in/**'], exclude: ['/in/tmp/**'] } } });
    await client.cwd();
    await client.exists('/in/a');
    await client.exists('/in/tmp/a');
    await client.exists('/out/a');
    await caught(() => client.rename('/out/a', '/in/a'));
    expect(records.map(({ request }) => [request.method, request.path])).toEqual([['CWD', ''], ['EXISTS', '/in/a'], ['RENAME', '/out/a']]);
  });
});
