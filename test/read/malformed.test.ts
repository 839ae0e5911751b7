import { memoryReader, memoryStore } from '@deedlog/core';
import type { ActivityQuery } from '@deedlog/core';
import { insertActivities, postgresReader } from '@deedlog/postgres';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVERYTHING, nth } from '../contract/reader.ts';
import { testDatabase } from '../support/database.ts';

test.each([
  [{ limit: 0 }], [{ limit: 501 }], [{ limit: 1.5 }], [{ limit: '5' }], [{ limit: Infinity }], [{ from: '2026-01-01' }], [{ from: new Date('no') }], [{ until: new Date(8.64e15) }],
  [{ actor: 'x' }], [{ actor: { id: 7 } }], [{ actor: { kind: 'admin' } }], [{ actor: { label: 'x' } }], [{ target: {} }], [{ target: { id: '1' } }], [{ action: '*' }], [{ action: 'in*voice' }],
  [{ action: ['a'] }], [{ outcome: 'ok' }], [{ observer: 'me' }], [{ columns: { team: 'x' } }], [{ columns: { __proto__x: 1 } }], [{ columns: { constructor: 1 } }], [{ text: 'x'.repeat(201) }], [{ text: '%' }], [{ text: '-- ;' }],
  [{ text: 'a b c d e f g h i j k' }], [{ text: {} }], [{ unexplained: 'yes' }], [{ count: 1 }], [{ tenants: ['x'] }], [{ 'action; drop': 1 }], [{ after: 'a', before: 'b' }],
])('%j is a coded error', async (query) => {
  await expect(memoryReader(memoryStore()).as(EVERYTHING).list(query as ActivityQuery)).rejects.toMatchObject({ code: 'QUERY_INVALID' });
});

test.each(['', 'x', '%%%', 'bnVsbA', btoa('[1]'), btoa('[1,"2026-01-01T00:00:00.000000Z","x"]'), btoa('[2,"2026-01-01T00:00:00.000000Z","00000000-0000-0000-0000-000000000000"]'), btoa('{"__proto__":1}'), 'A'.repeat(1000)])(
  'the cursor %j is a coded error',
  async (cursor) => {
    const view = memoryReader(memoryStore()).as(EVERYTHING);
    for (const read of [view.list({ after: cursor }), view.list({ before: cursor }), view.history({ type: 'a', id: '1' }, { after: cursor }), view.tail(cursor)]) {
      await expect(read).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    }
  },
);

test('whatever is asked of PostgreSQL, the answer is a page or a coded error', async () => {
  await using database = await testDatabase();
  await insertActivities(database.client, [nth(0)]);
  const view = postgresReader(database.client).as(EVERYTHING);
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\uD800', "'", '\\', '%', '_', '\u202E', 'x'.repeat(1_000_000), "');--", '$1', '{}', '\u{1F600}'));
  const names = ['actor', 'action', 'target', 'tool', 'tenant', 'text', 'correlationId', 'requestId'] as const;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), text, async (name, value) => {
      const filter = name === 'actor' ? { actor: { id: value } } : name === 'target' ? { target: { type: value, id: value } } : { [name]: value };
      const page = await view.list(filter).catch((error: { code?: string }) => error.code);
      if (page !== 'QUERY_INVALID') expect(page).toMatchObject(name === 'text' ? { countExact: true } : { results: [], count: 0 });
      if (value === '') return;
      await Promise.all([view.history({ type: value, id: value }), view.actor(value), view.access(value)]);
    }),
    { numRuns: 150 },
  );
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (one, other) => {
      for (const cursor of [one, btoa(JSON.stringify([1, '2026-01-01T00:00:00.000000Z', one.slice(0, 20), other.slice(0, 20)].slice(0, 3)).replace(/[^ -~]/g, '')).replace(/=*$/, '')]) {
        await expect(view.list({ after: cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
        await expect(view.tail(cursor)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      }
    }),
    { numRuns: 50 },
  );
}, 120_000);

test('what is stored under a hostile name is found by that name', async () => {
  await using database = await testDatabase();
  const ids = ["'; --", '%', '_', '\\', '\u202Eabc', '\u2400', '"', 'é'];
  await insertActivities(database.client, ids.map((id, n) => nth(n, { actorId: id, actorKind: 'user', targetType: 'T', targetId: id })));
  const view = postgresReader(database.client).as(EVERYTHING);
  for (const id of ids) {
    expect((await view.actor(id)).results.map(({ actor }) => actor?.id)).toEqual([id]);
    expect((await view.list({ target: { type: 'T', id } })).count).toBe(1);
  }
  // NUL is stored as its picture, and found by either.
  expect((await view.actor('\0')).count).toBe(1);
});
