import { actorFromClaims, anonymousActor, createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { Actor, DeedlogOptions } from '@deedlog/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Host } from './support/set-up.ts';
import { inMemory, setUp } from './support/set-up.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', note));
afterEach(async () => {
  // Rejections that nobody handled are told after the microtasks.
  await new Promise((resolve) => setTimeout(resolve, 2));
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

type Resolver = DeedlogOptions<Host>['actor'];
const ada = userActor(7);
/** Not a Promise, as an ORM's query builder is not. */
const thenable = (settle: (resolve: (actor: Actor | undefined) => void, reject: (error: Error) => void) => void) =>
  // oxlint-disable-next-line no-thenable -- that it is one is the point
  ({ then: (resolve: (actor: Actor | undefined) => void, reject: (error: Error) => void) => settle(resolve, reject) }) as unknown as Promise<Actor | undefined>;

describe('the actor resolver', () => {
  test.each<[string, Resolver, object]>([
    ['answers', () => ada, { actorKind: 'user', actorId: '7' }],
    ['promises', () => Promise.resolve(ada), { actorKind: 'user', actorId: '7' }],
    ['answers with a thenable that is no Promise', () => thenable((resolve) => resolve(ada)), { actorKind: 'user', actorId: '7' }],
    ['answers undefined', () => undefined, { actorKind: 'anonymous', actorId: null }],
    ['answers null', () => null, { actorKind: 'anonymous', actorId: null }],
    ['answers with an empty text, as `host.user && …` does', () => '', { actorKind: 'anonymous', actorId: null }],
    ['promises undefined', () => Promise.resolve(undefined), { actorKind: 'anonymous', actorId: null }],
    ['answers with a thenable of nothing', () => thenable((resolve) => resolve(undefined)), { actorKind: 'anonymous', actorId: null }],
  ])('that %s', async (_, actor, columns) => {
    const { deedlog, store, codes } = inMemory({ actor });
    await deedlog.run({ host: {} }, () => deedlog.trackActivity({ action: 'a.b' }));
    await deedlog.withIntent({ action: 'a.b', host: {} }, () => 1);
    expect(store.activities).toMatchObject([columns, columns]);
    expect(codes()).toEqual([]);
  });

  test.each<[string, Resolver]>([
    ['throws', () => { throw new Error('no session store'); }],
    ['rejects', () => Promise.reject(new Error('no session store'))],
    ['answers with a thenable that rejects', () => thenable((_, reject) => reject(new Error('no session store')))],
  ])('that %s leaves the actor unknown, not anonymous, and is reported', async (_, actor) => {
    const { deedlog, only, problems } = inMemory({ actor });
    expect(await deedlog.withIntent({ action: 'a.b', host: {} }, () => 'result')).toBe('result');
    expect(only()).toMatchObject({ actorKind: null, actorId: null, outcome: 'success' });
    expect(problems).toMatchObject([{ code: 'ACTOR_RESOLVER_FAILED', error: { cause: new Error('no session store') } }]);
  });

  test('that rejects where nobody asks for the actor is no unhandled rejection', async () => {
    const { deedlog, codes } = inMemory({ actor: () => Promise.reject(new Error('down')) });
    deedlog.run({ host: {} }, () => 'nothing is recorded');
    deedlog.openIntent({ action: 'a.b', observer: 'trpc', host: {} });
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(codes()).toEqual(['ACTOR_RESOLVER_FAILED', 'ACTOR_RESOLVER_FAILED']);
  });

  test('that answers with nonsense is reported as a problem of the record', async () => {
    const { deedlog, only, codes } = inMemory({ actor: () => 'ada' as never });
    await deedlog.withIntent({ action: 'a.b', host: {} }, () => 1);
    expect([only().actorKind, codes()]).toEqual([null, ['ACTOR_INVALID']]);
  });

  test('is asked once for a scope, with the host', async () => {
    const asked: Host[] = [];
    const host = { user: '7' };
    const { deedlog } = inMemory({ actor: (given) => (asked.push(given), ada) });
    await deedlog.run({ host }, async () => {
      await deedlog.trackActivity({ action: 'a.b' });
      await deedlog.withIntent({ action: 'a.c' }, () => deedlog.trackActivity({ action: 'a.d' }));
    });
    expect(asked).toEqual([host]);
  });

  test('is not asked where the actor is said', async () => {
    const { deedlog, only } = inMemory({ actor: () => { throw new Error('asked'); } });
    await deedlog.run({ host: {}, actor: ada }, () => deedlog.trackActivity({ action: 'a.b' }));
    expect(only().actorId).toBe('7');
  });

  test('what it reports by default is a process warning', async () => {
    const warned = new Promise((resolve) => process.once('warning', resolve));
    const deedlog = createDeedlog({ actor: () => { throw new Error('down'); }, store: memoryStore() });
    deedlog.run({ host: {} }, () => undefined);
    expect(await warned).toMatchObject({ code: 'ACTOR_RESOLVER_FAILED' });
  });
});

describe('the context resolver', () => {
  test('says where from; what is given by hand wins, field by field', async () => {
    const { deedlog, only } = inMemory({ context: () => ({ ip: '192.0.2.1', userAgent: 'curl', method: 'POST' }) });
    await deedlog.run({ host: {}, context: { ip: '198.51.100.1' } }, () => deedlog.trackActivity({ action: 'a.b' }));
    expect(only().context).toEqual({ ip: '198.51.100.1', userAgent: 'curl', method: 'POST' });
  });

  test.each<[string, () => never]>([
    ['throws', () => { throw new Error('no request'); }],
    ['promises, which it must not', () => Promise.reject(new Error('later')) as never],
  ])('that %s is reported, and the act goes on', async (_, context) => {
    const { deedlog, only, codes } = inMemory({ context });
    await deedlog.withIntent({ action: 'a.b', host: { user: '7' } }, () => 1);
    expect([only().context, only().actorId, codes()]).toEqual([{}, '7', ['CONTEXT_RESOLVER_FAILED']]);
  });

  test('a context that throws when read, or is of other types, is stored as far as it goes', async () => {
    const context = Object.defineProperty({ method: 7, path: '/a?b=c', requestId: 'x'.repeat(9000) }, 'ip', { enumerable: true, get: () => { throw new Error('no'); } });
    const { deedlog, only } = setUpWith(context);
    await deedlog.run({ host: {} }, () => deedlog.trackActivity({ action: 'a.b' }));
    expect(only().context).toMatchObject({ ip: '[unreadable]', method: '7', path: '/a', requestId: expect.stringMatching(/^x{480}…\[\+8520 characters\]$/) });
  });
});

function setUpWith(context: unknown) {
  const store = memoryStore();
  const { deedlog } = setUp({ store, context: () => context as never });
  return { deedlog, only: () => store.activities[0]! };
}

describe('actorFromClaims', () => {
  test.each([
    ['no subject: nobody is invented', {}, undefined],
    ['an empty subject', { sub: '' }, undefined],
    ['a subject', { sub: 'ada' }, userActor('ada')],
    ['somebody acting for the subject', { sub: 'ada', act: { sub: 'grace' } }, userActor('grace', { onBehalfOf: userActor('ada'), via: 'token' })],
    [
      'a chain: the outermost acts now, the innermost acted first',
      { sub: 'user', act: { sub: 'service16', act: { sub: 'service77' } } },
      userActor('service16', { via: 'token', onBehalfOf: userActor('service77', { via: 'token', onBehalfOf: userActor('user') }) }),
    ],
    ['an act claim without a subject', { sub: 'ada', act: {} }, userActor('ada')],
  ])('%s', (_, claims, actor) => {
    expect(actorFromClaims(claims)).toEqual(actor);
  });

  test('the anonymous actor has no id', () => {
    expect(anonymousActor).toEqual({ kind: 'anonymous' });
  });
});

describe('a callback that is to answer at once and promises instead', () => {
  const team = { table: 'team_activity', columns: { team: { column: 'team', type: 'text', nullable: true, indexed: false } } } as const;
  let asked = 0;
  const late = (): never => {
    asked++;
    return Promise.reject(new Error('late')) as never;
  };

  test.each<[string, Partial<DeedlogOptions<Host>>]>([
    ['normalizeAction', { normalizeAction: late }],
    ['describeTarget', { describeTarget: late }],
    ['fill of a model', { models: { default: { model: { deedlogModel: team }, fill: late } } }],
  ])('(%s) is no unhandled rejection', async (_, options) => {
    asked = 0;
    const { deedlog } = inMemory(options);
    await deedlog.trackActivity({ action: 'A.b', actor: ada, target: { type: 'Invoice', id: '1' } }).catch(() => undefined);
    expect(asked).toBeGreaterThan(0);
  });
});
