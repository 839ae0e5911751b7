import { createDeedlog, userActor } from '@deedlog/core';
import type { Activity, Deedlog } from '@deedlog/core';
import { auditDirectiveTypeDefs, useAudit } from '@deedlog/envelop';
import { ActivityEntity, auditable, EffectEntity, mikroOrmStore } from '@deedlog/mikro-orm';
import { auditMiddleware } from '@deedlog/trpc';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { initTRPC } from '@trpc/server';
import fc from 'fast-check';
import { createSchema, createYoga } from 'graphql-yoga';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';

const Note = defineEntity({ name: 'Note', properties: { id: p.integer().primary(), text: p.string() } });
auditable(Note, { fields: { text: 'plain' } });

interface Host {
  readonly userId: string;
  readonly em: EntityManager;
  readonly log: Deedlog<Host>;
  readonly steps: readonly Step[];
}

/** What a resolver may do about its note besides changing it, in any order and any number of times. */
const STEPS = ['flush', 'auditUpdate', 'trackActivity', 'transaction'] as const;
type Step = (typeof STEPS)[number];

let texts = 0;

/** Another one each time, so that each flush changes the row. */
const newText = (): string => `text ${++texts}`;

/** The body of every resolver: the note is changed once for each flush, and told of by hand as often as the steps say. */
async function change({ em, log, steps }: Host): Promise<number> {
  const note = await em.findOneOrFail(Note, 1);
  for (const step of steps) {
    if (step === 'auditUpdate') await log.auditUpdate({ target: note });
    else if (step === 'trackActivity') await log.trackActivity({ action: 'note.update', target: note });
    else if (step === 'transaction') await em.transactional(async (tx) => void ((await tx.findOneOrFail(Note, 1)).text = newText()));
    else {
      note.text = newText();
      await em.flush();
    }
  }
  return steps.length;
}

interface Application extends AsyncDisposable {
  /** Runs one request of this kind, and says what it left: the activities, and the activity of each effect by its place among them. */
  ask(kind: Kind, steps: readonly Step[]): Promise<{ activities: readonly Activity[]; effects: readonly number[] }>;
}

const KINDS = ['trpc audited', 'trpc left out', 'trpc query', 'yoga audited', 'yoga left out'] as const;
type Kind = (typeof KINDS)[number] | 'yoga query';

async function open(): Promise<Application> {
  const database = await testOrm([Note, ActivityEntity, EffectEntity]);
  const { orm, client } = database;
  await client.query(`insert into note (text) values ('a')`);
  const log: Deedlog<Host> = createDeedlog({
    actor: ({ userId }: Host) => userActor(userId),
    context: () => ({ path: '/asked' }),
    store: mikroOrmStore(orm),
    onProblem: (problem) => expect.unreachable(problem.message),
  });
  const host = (steps: readonly Step[]): Host => ({ userId: '7', em: orm.em.fork(), log, steps });
  const t = initTRPC.context<Host>().meta<{ audit?: false }>().create();
  const audited = t.procedure.concat(auditMiddleware(log));
  const router = t.router({
    update: audited.mutation(({ ctx }) => change(ctx)),
    leftOut: audited.meta({ audit: false }).mutation(({ ctx }) => change(ctx)),
    query: audited.query(({ ctx }) => change(ctx)),
  });
  const resolve = (_: unknown, __: object, context: Host): Promise<number> => change(context);
  const schema = createSchema<Host>({
    typeDefs: [auditDirectiveTypeDefs, 'type Query { read: Int } type Mutation { update: Int leftOut: Int @audit(skip: true) }'],
    resolvers: { Query: { read: resolve }, Mutation: { update: resolve, leftOut: resolve } },
  });
  const graphql = async (query: string, steps: readonly Step[]): Promise<unknown> => {
    const yoga = createYoga({ schema: schema as never, context: () => host(steps), plugins: [useAudit(log)], logging: false });
    const headers = { 'content-type': 'application/json' };
    const answer = await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
    return answer.json();
  };
  const requests: Record<Kind, (steps: readonly Step[]) => Promise<unknown>> = {
    'trpc audited': (steps) => router.createCaller(host(steps)).update(),
    'trpc left out': (steps) => router.createCaller(host(steps)).leftOut(),
    'trpc query': (steps) => router.createCaller(host(steps)).query(),
    'yoga audited': (steps) => graphql('mutation { update }', steps),
    'yoga left out': (steps) => graphql('mutation { leftOut }', steps),
    'yoga query': (steps) => graphql('{ read }', steps),
  };
  return {
    async ask(kind, steps) {
      await client.query('truncate deedlog.activity, deedlog.effect');
      await requests[kind](steps);
      const em = orm.em.fork();
      const activities = await em.find(ActivityEntity, {}, { orderBy: { id: 'asc' } });
      const effects = await em.find(EffectEntity, {}, { orderBy: { id: 'asc' } });
      return { activities, effects: effects.map(({ activityId }) => activities.findIndex(({ id }) => id === activityId)) };
    },
    async [Symbol.asyncDispose]() {
      await log.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('a change that nobody declared is told by the fallback with the actor and the context of the request', async () => {
  await using application = await open();
  for (const kind of ['trpc left out', 'trpc query', 'yoga left out'] as const) {
    const { activities, effects } = await application.ask(kind, ['flush']);
    expect(activities).toMatchObject([{ action: 'note.update', observer: 'mikro-orm', actorId: '7', targetType: 'Note', targetId: '1', context: { path: '/asked' } }]);
    expect(effects).toEqual([0]);
  }
});

// The plugin leaves queries alone, so that they cost nothing: one that writes has to be marked, or run in a scope of its own.
test('what an unmarked GraphQL query changes is recorded, and of nobody known', async () => {
  await using application = await open();
  const { activities, effects } = await application.ask('yoga query', ['flush']);
  expect(activities).toMatchObject([{ action: 'note.update', observer: 'mikro-orm', actorKind: null, actorId: null, context: {} }]);
  expect(effects).toEqual([0]);
});

test('an audited request is told by its own record, and by it alone', async () => {
  await using application = await open();
  for (const [kind, observer] of [['trpc audited', 'trpc'], ['yoga audited', 'envelop']] as const) {
    const { activities, effects } = await application.ask(kind, ['auditUpdate', 'flush', 'transaction']);
    expect(activities).toMatchObject([{ action: 'note.update', observer, actorId: '7', targetId: '1' }]);
    expect(effects).toEqual([0, 0]);
  }
});

test('whatever mix of middleware, plugin, helpers and flushes: each change is told once, by an activity of this request', { timeout: 120_000 }, async () => {
  await using application = await open();
  const steps = fc.array(fc.constantFrom(...STEPS), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...KINDS), steps, async (kind, taken) => {
      const { activities, effects } = await application.ask(kind, taken);
      const flushes = taken.filter((step) => step === 'flush' || step === 'transaction').length;
      expect(effects).toHaveLength(flushes);
      expect(effects).not.toContain(-1);
      // An intent explains all that is changed in it; otherwise what is told by hand explains what is changed after it.
      if (kind.endsWith('audited')) expect(new Set(effects).size).toBeLessThanOrEqual(1);
      // A fallback stands for a change that nothing else explains, so at most one of a request that changes one row, and none beside an intent.
      const fallbacks = activities.filter(({ observer }) => observer === 'mikro-orm').length;
      expect(fallbacks).toBeLessThanOrEqual(kind.endsWith('audited') || taken[0] === 'auditUpdate' || taken[0] === 'trackActivity' ? 0 : 1);
      for (const activity of activities) expect(activity).toMatchObject({ actorId: '7', outcome: 'success' });
      // Beyond the record that explains the changes there is one for each time that somebody told more by hand, and no other.
      const byHand = taken.filter((step) => step === 'auditUpdate' || step === 'trackActivity').length;
      expect(activities.length).toBeLessThanOrEqual(1 + byHand);
    }),
    { numRuns: 200 },
  );
});
