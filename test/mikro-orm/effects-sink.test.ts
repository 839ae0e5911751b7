import { userActor } from '@deedlog/core';
import type { DurableEffect, Sink } from '@deedlog/core';
import { expect, test } from 'vitest';
import { openWard, Team } from './effects-ward.ts';

/** A sink that notes what it was given, in order. */
function listingSink(): { readonly sink: Sink; readonly seen: string[]; readonly effects: DurableEffect[] } {
  const seen: string[] = [];
  const effects: DurableEffect[] = [];
  const sink: Sink = {
    name: 'list',
    write: (activities) => void seen.push(...activities.map(({ action }) => action)),
    writeEffects(given) {
      effects.push(...given);
      seen.push(...given.map(({ op, targetType, targetId }) => `${op} ${targetType} ${targetId}`));
    },
  };
  return { sink, seen, effects };
}

test('a sink gets the effects of a transaction once it has committed, after their activity, with who acted', async () => {
  const { sink, seen, effects } = listingSink();
  await using ward = await openWard({ sinks: [sink], source: 'ward-1' });
  await ward.act(() =>
    ward.orm.em.fork().transactional(async (em) => {
      em.create(Team, { name: 'a' });
      await em.flush();
      expect(seen).toEqual([]);
    }),
  );
  const [activity] = await ward.activities();
  expect(seen).toEqual(['ward.act', 'I Team 1']);
  expect(effects).toMatchObject([
    {
      table: expect.stringContaining('team') as string, op: 'I', key: '1', activityId: activity?.id, targetType: 'Team', targetId: '1',
      actorKind: 'user', actorId: '7', source: 'ward-1', correlationId: activity?.correlationId, occurredAt: expect.any(Date) as Date,
    },
  ]);
  expect(effects[0]?.changes['name']).toEqual([null, 'a']);
});

test('what is rolled back reaches no sink; what a savepoint released does', async () => {
  const { sink, seen } = listingSink();
  await using ward = await openWard({ sinks: [sink] });
  await ward.act(() =>
    ward.orm.em.fork().transactional(async (em) => {
      await em.transactional(async (inner) => {
        inner.create(Team, { name: 'undone' });
        await inner.flush();
        throw new Error('no');
      }).catch(() => undefined);
      await em.transactional(async (inner) => void inner.create(Team, { name: 'released' }));
    }),
  );
  await ward.orm.em.fork().transactional(async (em) => {
    em.create(Team, { name: 'rolled back' });
    await em.flush();
    throw new Error('no');
  }).catch(() => undefined);
  expect(seen).toEqual(['ward.act', expect.stringMatching(/^I Team /)]);
});

test('an effect that no intent explains goes with its fallback record, and nobody is invented', async () => {
  const { sink, seen, effects } = listingSink();
  await using ward = await openWard({ sinks: [sink] });
  const em = ward.orm.em.fork();
  em.create(Team, { name: 'b' });
  await em.flush();
  expect(seen).toEqual(['team.create', 'I Team 1']);
  const [activity] = await ward.activities();
  expect(effects).toMatchObject([{ actorKind: null, actorId: null, activityId: activity?.id, correlationId: null }]);
});

test('an actor that becomes known late stands in the effect', async () => {
  const { sink, effects } = listingSink();
  await using ward = await openWard({ sinks: [sink], actor: async () => Promise.resolve(userActor('late')) });
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    em.create(Team, { name: 'c' });
    await em.flush();
  });
  expect(effects).toMatchObject([{ actorId: 'late' }]);
});

test('effects come in the turn of their activity, also where the actor had to be waited for', async () => {
  const { sink, seen } = listingSink();
  const telling: Sink = { ...sink, write: (activities) => { queueMicrotask(() => seen.push('next turn')); return sink.write(activities); } };
  await using ward = await openWard({ sinks: [telling], actor: async () => Promise.resolve(userActor('late')) });
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    em.create(Team, { name: 'f' });
    await em.flush();
  });
  expect(seen).toEqual(['ward.act', 'I Team 1', 'next turn']);
});

test('without a sink that wants effects none is kept, and a sink that fails on them is counted', async () => {
  const failing: Sink = { name: 'failing', write: () => undefined, writeEffects: () => Promise.reject(new Error('full')) };
  await using ward = await openWard({ sinks: [failing, { name: 'quiet', write: () => undefined }] });
  await ward.act(async () => {
    const em = ward.orm.em.fork();
    em.create(Team, { name: 'd' });
    em.create(Team, { name: 'e' });
    await em.flush();
  });
  await ward.deedlog.close();
  expect(ward.deedlog.counters.sinkFailures).toBe(2);
  expect(ward.problems.map(({ code }) => code)).toEqual(['SINK_FAILED']);
});
