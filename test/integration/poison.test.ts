import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { createDeedlog, systemActor } from '@deedlog/core';
import type { Deedlog } from '@deedlog/core';
import { ActivityEntity, mikroOrmStore } from '@deedlog/mikro-orm';
import { auditMiddleware } from '@deedlog/trpc';
import { initTRPC } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import type { TestOrmResource } from '../support/database.ts';

/** Largest record that poison may make, in characters of its JSON. */
const MAX_RECORD = 300_000;

function poisons(): Readonly<Record<string, unknown>> {
  const cycle: Record<string, unknown> = { name: 'cycle' };
  cycle['self'] = cycle;
  let deep: unknown = 'bottom';
  for (let level = 0; level < 100_000; level++) deep = { deep };
  return {
    cycle,
    bigint: 12n,
    nul: 'a\0b',
    'lone surrogate': 'a\ud800b',
    '20 MB of text': 'x'.repeat(20_000_000),
    'deep nesting': deep,
    'throwing getter': { get boom(): never { throw new Error('boom'); } },
    'a proxy that always throws': new Proxy({}, { ownKeys: () => { throw new Error('trap'); }, getPrototypeOf: () => { throw new Error('trap'); }, get: () => { throw new Error('trap'); } }),
    '__proto__ keys': JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
    'an invalid date': new Date(Number.NaN),
    infinity: Number.POSITIVE_INFINITY,
    nan: Number.NaN,
    map: new Map<unknown, unknown>([['k', 1], [{}, 2]]),
    set: new Set([1, 'two']),
    buffer: Buffer.alloc(1_000_000, 1),
    file: new File(['contents'], 'x-ray.png'),
    'a web stream': new ReadableStream(),
    'a node stream': new PassThrough(),
    symbol: Symbol('s'),
    function: () => 1,
    'a million items': Array.from({ length: 1_000_000 }, (_, index) => index),
  };
}

describe('poison in input and metadata, stored in a database', () => {
  const problems: string[] = [];
  let database: TestOrmResource;
  let deedlog: Deedlog;
  beforeAll(async () => {
    database = await testOrm([ActivityEntity]);
    deedlog = createDeedlog({ actor: () => systemActor('poison'), store: mikroOrmStore(database.orm), onProblem: ({ code }) => problems.push(code) });
  });
  afterAll(async () => {
    await deedlog.close();
    await database[Symbol.asyncDispose]();
  });

  for (const name of Object.keys(poisons())) {
    test(`${name}: the call succeeds, the record is stored, bounded, with a visible marker`, async () => {
      const t = initTRPC.create();
      const router = t.router({
        swallow: t.procedure
          .concat(auditMiddleware(deedlog, { action: 'poison.swallow', input: ['poison'] }))
          .input((value: unknown) => value as { poison: unknown })
          .mutation(({ ctx, input }) => {
            ctx.audit.metadata({ poison: input.poison });
            ctx.audit.target({ type: 'Poison', id: name });
            return 'swallowed';
          }),
      });
      const id = randomUUID();
      const answer = await deedlog.run({ host: undefined, context: { requestId: id } }, () => t.createCallerFactory(router)({}).swallow({ poison: poisons()[name] }));

      expect(answer).toBe('swallowed');
      const [stored, ...more] = await database.orm.em.fork().find(ActivityEntity, { correlationId: id });
      expect(more).toEqual([]);
      expect(stored).toMatchObject({ action: 'poison.swallow', outcome: 'success', targetId: name });
      const text = JSON.stringify([stored?.input, stored?.metadata]);
      expect(text.length).toBeLessThan(MAX_RECORD);
      expect(text).toMatch(MARKER);
      expect(problems).toEqual([]);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    });
  }
});

/** A bracketed word, a replaced character, or a key that would be magic elsewhere. */
const MARKER = /\[|\u2400|\ufffd|…|__proto__|\*\*\*/;
