import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { memoryStore } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { expect, test } from 'vitest';
import { twoApiServer } from './support/two-api-server.ts';
import type { NoteRouter } from './support/two-api-server.ts';

const REQUESTS = 10_000;
const USERS = 97;
const IN_FLIGHT = 64;

interface Sent {
  readonly user: string | null;
  readonly requestId: string;
}

/** Deterministic, so that a failure can be run again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test(`${REQUESTS} interleaved requests of ${USERS} users over both APIs: every activity has its own actor, request id and input`, { timeout: 120_000 }, async () => {
  const store = memoryStore();
  await using server = await twoApiServer({ store });
  const random = seeded(7);
  const sent = new Map<string, Sent>();

  await inParallel(REQUESTS, async (index) => {
    const user = random() < 0.1 ? null : `user-${Math.floor(random() * USERS)}`;
    const requestId = `req-${index}`;
    const marks = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, position) => `m${index}.${position}.${'x'.repeat(Math.floor(random() * 9))}`);
    for (const mark of marks) sent.set(mark, { user, requestId });
    const headers = { 'x-request-id': requestId, ...(user === null ? {} : { 'x-user': user }) };
    const answers = random() < 0.5 ? await viaTrpc(server.url, headers, marks) : await viaGraphql(server.url, headers, marks);
    expect(answers).toEqual(marks);
  });

  const { activities } = store;
  expect(activities).toHaveLength(sent.size);
  expect(new Set(activities.map(({ id }) => id)).size).toBe(sent.size);
  const wrong = activities.filter((activity) => !belongsTo(activity, sent));
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(new Set(activities.map(({ observer }) => observer))).toEqual(new Set(['trpc', 'envelop']));
});

function belongsTo({ input, metadata, actorKind, actorId, context, correlationId }: Activity, sent: ReadonlyMap<string, Sent>): boolean {
  const mark = String(input?.['mark']);
  const expected = sent.get(mark);
  return (
    expected !== undefined &&
    metadata['trace'] === mark &&
    actorId === expected.user &&
    actorKind === (expected.user === null ? 'anonymous' : 'user') &&
    context.requestId === expected.requestId &&
    correlationId === expected.requestId
  );
}

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** One HTTP request for all marks: a batch shares one context. */
function viaTrpc(url: string, headers: Record<string, string>, marks: readonly string[]): Promise<readonly string[]> {
  const client = createTRPCClient<NoteRouter>({ links: [httpBatchLink({ url: `${url}/trpc`, headers })] });
  return Promise.all(marks.map((mark) => client.note.mutate({ mark })));
}

/** One operation for all marks: each alias is an act of its own. */
async function viaGraphql(url: string, headers: Record<string, string>, marks: readonly string[]): Promise<readonly string[]> {
  const fields = marks.map((_, index) => `a${index}: note(mark: $m${index})`).join(' ');
  const query = `mutation (${marks.map((_, index) => `$m${index}: String!`).join(', ')}) { ${fields} }`;
  const variables = Object.fromEntries(marks.map((mark, index) => [`m${index}`, mark]));
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query, variables }) });
  const { data } = (await response.json()) as { data: Record<string, string> };
  return marks.map((_, index) => data[`a${index}`] ?? '');
}
