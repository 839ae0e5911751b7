import type { RequestRecord } from '@deedlog/core';
import { describe, expect, test } from 'vitest';
import { adapters } from './support/adapters.ts';
import { startServer } from './support/start-server.ts';

describe.each(adapters)('where the sink has no room, the request log of $name', (adapter) => {
  test('waits for room before the request is answered', async () => {
    const room = Promise.withResolvers<void>();
    let waiting = 0;
    const written: RequestRecord[] = [];
    await using started = await startServer(adapter, {
      sink: {
        writeRequests: (more) => void written.push(...more),
        ready: () => {
          waiting++;
          return room.promise;
        },
      },
    });
    const answer = fetch(`${started.server.url}/orders/7`, { headers: { 'x-user': 'ada' } });
    await expect.poll(() => waiting).toBe(1);
    expect(started.store.activities).toEqual([]);
    room.resolve();
    expect((await answer).status).toBe(200);
    await expect.poll(() => written.length).toBe(1);
    expect(written[0]?.correlationId).toBe(started.store.activities[0]?.correlationId);
  });

  test('answers a request in its scope, counts it once and does not observe it', async () => {
    let asked = 0;
    let looks = 0;
    const written: RequestRecord[] = [];
    await using started = await startServer(adapter, {
      now: () => {
        looks++;
        return new Date();
      },
      // No room for the first one, and room ever since: also when that one ends.
      sink: { writeRequests: (more) => void written.push(...more), turnAway: () => asked++ === 0 },
    });
    const answers = [await fetch(`${started.server.url}/orders/7`), await fetch(`${started.server.url}/orders/7?page=2`)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await expect.poll(() => written.length).toBe(1);
    expect([written[0]?.request.query, looks]).toEqual([{ page: '2' }, 1]);
    // One who is let in is asked about again at its end.
    expect(asked).toBe(3);
    expect(new Set(started.store.activities.map(({ correlationId }) => correlationId)).size).toBe(2);
  });

  test('turns nobody away who arrives at a sink that holds callers back', async () => {
    const room = Promise.withResolvers<void>();
    let [full, held] = [true, 0];
    const written: RequestRecord[] = [];
    const ready = (): Promise<void> => {
      held++;
      return room.promise;
    };
    await using started = await startServer(adapter, { sink: { writeRequests: (more) => void written.push(...more), ready, turnAway: () => full } });
    const answer = fetch(`${started.server.url}/orders/7`);
    await expect.poll(() => held).toBe(1);
    full = false;
    room.resolve();
    expect((await answer).status).toBe(200);
    await expect.poll(() => written.length).toBe(1);
  });
});
