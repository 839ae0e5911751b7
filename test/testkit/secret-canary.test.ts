import { createDeedlog, userActor } from '@deedlog/core';
import type { Activity, Placement, Store, TransactionHooks } from '@deedlog/core';
import { recorder, secretCanary } from '@deedlog/testkit';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { approve, deedlogOver } from './support.ts';

const leaked = expect.objectContaining({ code: 'TESTKIT_SECRET_LEAKED' }) as Error;

describe('a planted secret', () => {
  test('is unique by canary and name, and the same when asked for again', () => {
    const [one, two] = [secretCanary(), secretCanary()];
    const values = [one.secret('password'), one.secret('token'), two.secret('password'), two.secret('token')];
    expect(new Set(values).size).toBe(4);
    expect(one.secret('password')).toBe(values[0]);
    expect(one.secret('api-key')).toMatch(/^canary-api-key-[\da-f]{32}$/);
  });

  test.each(['', 'a b', 'a"b', 'x'.repeat(65)])('cannot be named %j', (name) => {
    expect(() => secretCanary().secret(name)).toThrow(expect.objectContaining({ code: 'TESTKIT_SECRET_NAME_INVALID' }));
  });
});

describe('the canary finds a secret', () => {
  const escapeAll = (text: string): string => [...Buffer.from(text)].map((byte) => `\\u${byte.toString(16).padStart(4, '0')}`).join('');
  const percentAll = (text: string): string => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');

  test.each<[string, string, (secret: string) => unknown]>([
    ['as it is', 'plain', (secret) => secret],
    ['in a sentence', 'plain', (secret) => `login with ${secret} failed`],
    ['in upper case', 'plain', (secret) => secret.toUpperCase()],
    ['in a URL', 'plain', (secret) => `https://x.example/?t=${encodeURIComponent(`${secret}=é`)}`],
    ['in a URL object', 'plain', (secret) => new URL(`https://x.example/?t=${secret}`)],
    ['in JSON', 'plain', (secret) => JSON.stringify(JSON.stringify({ secret: `"${secret}"` }))],
    ['cut off in front', 'plain', (secret) => secret.slice(-20)],
    ['cut off behind', 'plain', (secret) => secret.slice(0, -14)],
    ['in base64', 'base64', (secret) => Buffer.from(secret).toString('base64')],
    ['in base64url', 'base64', (secret) => Buffer.from(secret).toString('base64url')],
    ['in basic authentication', 'base64', (secret) => `Basic ${Buffer.from(`ada:${secret}`).toString('base64')}`],
    ['in basic authentication of another length', 'base64', (secret) => Buffer.from(`adas:${secret}?`).toString('base64')],
    ['in a token', 'base64', (secret) => `eyJ.${Buffer.from(JSON.stringify({ sub: 'é', secret })).toString('base64url')}.x`],
    ['in hex', 'hex', (secret) => Buffer.from(secret).toString('hex')],
    ['in upper hex', 'hex', (secret) => Buffer.from(secret).toString('hex').toUpperCase()],
    ['percent-encoded to the last letter', 'percent-encoded', percentAll],
    ['escaped to the last letter', 'JSON-escaped', escapeAll],
    ['in bytes', 'plain', (secret) => Buffer.from(`\xff\x00${secret}`, 'latin1')],
    ['in an ArrayBuffer', 'plain', (secret) => new TextEncoder().encode(secret).buffer],
    ['in an error', 'plain', (secret) => new Error(`no ${secret}`)],
    ['in a cause', 'plain', (secret) => new Error('no', { cause: new Error(secret) })],
    ['in a map and a set', 'plain', (secret) => new Map([['a', new Set([secret])]])],
  ])('%s', (_name, encoding, hide) => {
    const canary = secretCanary();
    const evidence = hide(canary.secret('password'));
    expect(canary.findLeaks(evidence)).toContainEqual(expect.objectContaining({ secret: 'password', encoding }));
    expect(() => canary.assertClean(evidence)).toThrow(leaked);
    expect(() => canary.assertClean('harmless', { a: [evidence] })).toThrow(leaked);
  });

  test('anywhere in base64, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9 }), fc.uint8Array({ maxLength: 9 }), fc.constantFrom('base64' as const, 'base64url' as const), (before, after, encoding) => {
        const canary = secretCanary();
        const text = Buffer.concat([before, Buffer.from(canary.secret('token')), after]).toString(encoding);
        expect(canary.findLeaks(text)).toHaveLength(1);
      }),
    );
  });

  test('and says which, in which record, and where', async () => {
    const canary = secretCanary();
    const recorded = recorder();
    const deedlog = deedlogOver(recorded.store);
    await approve(deedlog, 1);
    await approve(deedlog, 2, { note: { [canary.secret('key')]: 1 }, list: ['a', Buffer.from(canary.secret('token')).toString('hex')] });
    const id = recorded.activities[1]?.id;
    expect(canary.findLeaks(recorded.activities)).toEqual([
      { secret: 'key', encoding: 'plain', record: `2 (invoice.approve ${id})`, path: `metadata.note.${canary.secret('key')} (the key)` },
      { secret: 'token', encoding: 'hex', record: `2 (invoice.approve ${id})`, path: 'metadata.list[1]' },
    ]);
    expect(() => canary.assertClean(recorded.activities)).toThrow(`"token" as hex in record 2 (invoice.approve ${id}) at metadata.list[1]`);
  });

  test('in a cycle, once', () => {
    const canary = secretCanary();
    const evidence: Record<string, unknown> = { a: canary.secret('x') };
    evidence['self'] = evidence;
    expect(canary.findLeaks(evidence)).toHaveLength(1);
  });
});

describe('the canary is silent', () => {
  test('about what holds no secret of its own', () => {
    const [canary, other] = [secretCanary(), secretCanary()];
    canary.secret('password');
    canary.assertClean('password', other.secret('password'), null, undefined, 5, 5n, [{ a: new Date() }], Buffer.from('x'), 'canary-password-');
  });

  test('about a redacted record', async () => {
    const canary = secretCanary();
    const recorded = recorder();
    await approve(deedlogOver(canary.watch(recorded.store)), 1, { password: canary.secret('password'), note: `Bearer ${canary.secret('token')}` });
    expect(recorded.activities).toHaveLength(1);
    canary.assertClean();
    canary.assertClean(recorded.activities);
  });

  test('does not look through compression, which its page says', () => {
    const canary = secretCanary();
    expect(canary.findLeaks(gzipSync(canary.secret('x').repeat(3)))).toEqual([]);
  });
});

describe('a watched store', () => {
  test('passes everything on and fails the test at its end', async () => {
    const recorded = recorder();
    const failing = async (): Promise<void> => {
      using canary = secretCanary();
      await approve(deedlogOver(canary.watch(recorded.store)), 1, { note: canary.secret('password') });
    };
    await expect(failing()).rejects.toThrow(leaked);
    expect(recorded.activities).toHaveLength(1);
  });

  test('tells a leak once', async () => {
    const canary = secretCanary();
    await approve(deedlogOver(canary.watch(recorder().store)), 1, { note: canary.secret('password') });
    expect(() => canary.assertClean()).toThrow(leaked);
    canary.assertClean();
  });

  test('keeps what else the store can do', () => {
    class Sample implements Store {
      readonly #name = 'sample';
      readonly extra = [1];
      write(): Promise<Placement> {
        return Promise.resolve({ at: 'own' });
      }
      check(): Promise<void> {
        return this.#name === 'sample' ? Promise.resolve() : Promise.reject(new Error('not itself'));
      }
    }
    const watched = secretCanary().watch(new Sample());
    expect(watched.extra).toEqual([1]);
    expect('check' in watched).toBe(true);
    expect((watched as Store).connect).toBeUndefined();
    expect((watched as Store).transactionOf).toBeUndefined();
    return watched.check();
  });

  test('can be frozen', async () => {
    const canary = secretCanary();
    const store = canary.watch(Object.freeze(recorder().store));
    await approve(deedlogOver(store), 1);
    expect(store.activities).toHaveLength(1);
  });

  test('sees what is written at a commit', async () => {
    const canary = secretCanary();
    const written: Activity[] = [];
    let hooks: TransactionHooks | undefined;
    const transaction = {};
    // A store whose transactions write the open intent's record themselves.
    const store = canary.watch<Store>({
      connect: (given) => {
        hooks = given;
      },
      transactionOf: () => transaction,
      write: () => Promise.resolve({ at: 'joined', transaction }),
    });
    const deedlog = createDeedlog({ store, actor: () => userActor('7') });
    await deedlog.withIntent({ action: 'invoice.approve', host: {}, metadata: { note: canary.secret('password') } } as never, async () => {
      await hooks?.beforeCommit(transaction, (activity) => {
        written.push(activity);
        return Promise.resolve(true);
      });
      hooks?.afterCommit(transaction);
    });
    expect(written).toHaveLength(1);
    expect(() => canary.assertClean()).toThrow(leaked);
  });
});
