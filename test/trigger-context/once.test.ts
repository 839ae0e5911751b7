import { createDeedlog, userActor } from '@deedlog/core';
import type { Activity, Deedlog } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { activityFromRow } from '@deedlog/postgres';
import { auditMiddleware } from '@deedlog/trpc';
import { initTRPC } from '@trpc/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import { plainTrigger } from './plain-trigger.ts';
import { openTriggered, Note, Sample } from './triggered-ward.ts';
import type { TriggeredWard } from './triggered-ward.ts';

type EntityManager = ReturnType<TriggeredWard['orm']['em']['fork']>;

/** Two samples that were there before, and a request about them that has no intent. */
async function asking(body: (ward: TriggeredWard, em: EntityManager) => Promise<void>, actor: 'at once' | 'later' = 'at once'): Promise<{ activities: string[]; effects: string[] }> {
  await using ward = await openTriggered(actor === 'later' ? { actor: () => Promise.resolve(userActor(7)) } : {});
  await ward.client.query(`insert into sample (code) values ('A'), ('B')`);
  await ward.deedlog.run({ host: {} }, () => body(ward, ward.orm.em.fork()));
  expect(ward.problems).toEqual([]);
  const activities = (await ward.activities()).map((activity) => ({ ...activity, name: `${activity.observer} ${activity.action} ${activity.targetId}` }));
  const effects = (await ward.effects()).slice(2).map(({ key, activityId }) => `${key}: ${activities.find(({ id }) => id === activityId)?.name ?? 'nobody'}`);
  return { activities: activities.map(({ name }) => name), effects };
}

const weigh = (em: EntityManager, id: number, weight: number): Promise<unknown> => em.execute(`update sample set weight = ${weight} where id = ${id}`);
const sample = (id: number): { type: string; id: number } => ({ type: 'Sample', id });

test.for(['at once', 'later'] as const)('told by hand in the transaction, before or after the change: one record (the actor is known %s)', async (actor) => {
  const before = await asking(
    (ward, em) =>
      em.transactional(async (inner) => {
        await ward.deedlog.trackActivity({ action: 'sample.recalibrate', target: sample(1) });
        await weigh(inner, 1, 10);
      }),
    actor,
  );
  expect(before).toEqual({ activities: ['manual sample.recalibrate 1'], effects: ['1: manual sample.recalibrate 1'] });
  const after = await asking(
    (ward, em) =>
      em.transactional(async (inner) => {
        await weigh(inner, 1, 10);
        await ward.deedlog.auditUpdate({ target: sample(1), reason: 'scale was wrong' });
      }),
    actor,
  );
  expect(after).toEqual({ activities: ['manual sample.update 1'], effects: ['1: manual sample.update 1'] });
});

test('told by hand before an autocommit statement, and after one: one record', async () => {
  const before = await asking(async (ward, em) => {
    await ward.deedlog.trackActivity({ action: 'sample.recalibrate', target: sample(1) });
    await weigh(em, 1, 10);
  });
  expect(before).toEqual({ activities: ['manual sample.recalibrate 1'], effects: ['1: manual sample.recalibrate 1'] });
  const after = await asking(async (ward, em) => {
    await weigh(em, 1, 10);
    await ward.deedlog.auditUpdate({ target: sample(1) });
  });
  expect(after).toEqual({ activities: ['trigger sample.update 1'], effects: ['1: trigger sample.update 1'] });
});

test('each row belongs to the activity about it, and what nobody told of to the fallback', async () => {
  const told = await asking((ward, em) =>
    em.transactional(async (inner) => {
      await ward.deedlog.trackActivity({ action: 'sample.recalibrate', target: sample(2) });
      await weigh(inner, 1, 10);
      await weigh(inner, 2, 20);
      await inner.insert(Sample, { code: 'C' });
      await ward.deedlog.trackActivity({ action: 'sample.discard', target: sample(1) });
    }),
  );
  expect(told.activities).toEqual(['manual sample.recalibrate 2', 'manual sample.discard 1', 'trigger sample.create 3']);
  expect(told.effects).toEqual(['1: manual sample.discard 1', '2: manual sample.recalibrate 2', '3: trigger sample.create 3']);
});

test('what was told and rolled back tells of nothing', async () => {
  const told = await asking((ward, em) =>
    em.transactional(async (outer) => {
      const undone = outer.transactional(async (inner) => {
        await ward.deedlog.trackActivity({ action: 'sample.recalibrate', target: sample(1) });
        await weigh(inner, 1, 10);
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      await weigh(outer, 1, 11);
    }),
  );
  expect(told).toEqual({ activities: ['trigger sample.update 1'], effects: ['1: trigger sample.update 1'] });
});

test('what failed, or is about something else, explains no change', async () => {
  const told = await asking((ward, em) =>
    em.transactional(async (inner) => {
      await ward.deedlog.trackActivity({ action: 'sample.print', target: sample(1), outcome: 'failure' });
      await ward.deedlog.trackActivity({ action: 'note.print', target: { type: 'Note', id: 1 } });
      await ward.deedlog.trackActivity({ action: 'sample.print' });
      await weigh(inner, 1, 10);
    }),
  );
  expect(told.effects).toEqual(['1: trigger sample.update 1']);
});

interface Host {
  readonly em: EntityManager;
  readonly log: Deedlog<Host>;
  readonly steps: readonly Step[];
}

const STEPS = ['bulk', 'flush', 'auditUpdate', 'trackActivity', 'transaction', 'transaction, told inside'] as const;
type Step = (typeof STEPS)[number];

let weights = 0;

async function change({ em, log, steps }: Host): Promise<number> {
  const one = await em.findOneOrFail(Sample, 1);
  for (const step of steps) {
    if (step === 'auditUpdate') await log.auditUpdate({ target: one });
    else if (step === 'trackActivity') await log.trackActivity({ action: 'sample.update', target: one });
    else if (step === 'bulk') await em.nativeUpdate(Sample, { id: 1 }, { weight: ++weights });
    else if (step === 'flush') {
      one.weight = ++weights;
      await em.flush();
    } else {
      await em.transactional(async (inner) => {
        await inner.nativeUpdate(Sample, { id: 1 }, { weight: ++weights });
        if (step === 'transaction, told inside') await log.auditUpdate({ target: one });
      });
    }
  }
  return steps.length;
}

/** What a request without an intent has to leave: the records, and the place of each effect's among them. */
function expected(steps: readonly Step[]): { observers: string[]; effects: number[] } {
  const observers: string[] = [];
  const effects: number[] = [];
  let byHand: number | undefined;
  const add = (observer: string): number => observers.push(observer) - 1;
  for (const step of steps) {
    // What the fallback told already, this helper does not tell again.
    const tells = step === 'trackActivity' || ((step === 'auditUpdate' || step === 'transaction, told inside') && !observers.includes('trigger'));
    if (tells) byHand = add('manual');
    if (step !== 'auditUpdate' && step !== 'trackActivity') effects.push(byHand ?? add('trigger'));
  }
  return { observers, effects };
}

test('through tRPC, audited or not, whatever mix: each change is told once, by an activity of this request', { timeout: 240_000 }, async () => {
  await using database = await testOrm([Sample, Note]);
  const { client, orm } = database;
  await plainTrigger(client, 'sample');
  await client.query(`insert into sample (code) values ('A')`);
  const log: Deedlog<Host> = createDeedlog({ actor: () => userActor(7), store: mikroOrmStore(orm), onProblem: (problem) => expect.unreachable(problem.message) });
  const t = initTRPC.context<Host>().meta<{ audit?: false }>().create();
  const audited = t.procedure.concat(auditMiddleware(log));
  const router = t.router({
    update: audited.mutation(({ ctx }) => change(ctx)),
    leftOut: audited.meta({ audit: false }).mutation(({ ctx }) => change(ctx)),
    query: audited.query(({ ctx }) => change(ctx)),
  });
  const ask = async (kind: 'update' | 'leftOut' | 'query', steps: readonly Step[]): Promise<{ activities: Activity[]; effects: number[] }> => {
    await client.query('truncate deedlog.activity, deedlog.effect');
    await router.createCaller({ em: orm.em.fork(), log, steps })[kind]();
    const activities = (await client.query('select * from deedlog.activity order by id')).rows.map(activityFromRow);
    const effects = (await client.query('select activity_id::text as id from deedlog.effect order by id')).rows;
    return { activities, effects: effects.map((effect) => activities.findIndex(({ id }) => id === effect['id'])) };
  };
  const taken = fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('update', 'leftOut', 'query'), taken, async (kind, steps) => {
      const { activities, effects } = await ask(kind, steps);
      if (kind === 'update') {
        expect(activities.map(({ observer }) => observer)).not.toContain('trigger');
        expect(new Set(effects)).toEqual(new Set(effects.length === 0 ? [] : [0]));
      } else {
        const wanted = expected(steps);
        expect(activities.map(({ observer }) => observer)).toEqual(wanted.observers);
        expect(effects).toEqual(wanted.effects);
      }
      for (const activity of activities) expect(activity).toMatchObject({ actorId: '7', outcome: 'success' });
    }),
    { numRuns: 60 },
  );
  await log.close();
});
