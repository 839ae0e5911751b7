import { anonymousActor, systemActor, userActor } from '@deedlog/core';
import type { Flow } from '@deedlog/core';
import { describe, expect, test } from 'vitest';
import { inMemory } from './support/set-up.ts';

/** The flow of a request log, which runs around the scopes that know who acts. */
async function around(open: (deedlog: ReturnType<typeof inMemory>['deedlog']) => unknown, set: Parameters<typeof inMemory>[0] = {}): Promise<Flow | undefined> {
  const { deedlog } = inMemory(set);
  return deedlog.run({ context: { requestId: 'r-1', ip: '192.0.2.1' } }, async () => {
    const flow = deedlog.currentFlow();
    await open(deedlog);
    return flow;
  });
}

describe('the flow', () => {
  test('is undefined outside a scope', () => {
    expect(inMemory().deedlog.currentFlow()).toBeUndefined();
  });

  test('has the id of the request and its context', async () => {
    expect(await around(() => undefined)).toMatchObject({ correlationId: 'r-1', causationId: null, actor: undefined, context: { ip: '192.0.2.1' } });
  });

  test('tells afterwards who acted in a scope inside', async () => {
    const flow = await around((deedlog) => deedlog.withIntent({ action: 'note.add', host: {} }, () => undefined), { actor: () => userActor('ada') });
    expect(flow?.actor).toEqual(userActor('ada'));
  });

  test('the first who was known keeps it, a program that acts later too', async () => {
    const flow = await around(
      async (deedlog) => {
        await deedlog.withIntent({ action: 'note.add', host: {} }, () => undefined);
        deedlog.run({ actor: systemActor('cron') }, () => undefined);
      },
      { actor: () => undefined },
    );
    expect(flow?.actor).toEqual(anonymousActor);
  });

  test('an actor that comes late is known when it has come', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof userActor>>();
    let during: unknown = 'not asked';
    const flow = await around(
      async (deedlog) => {
        const acting = deedlog.withIntent({ action: 'note.add', host: {} }, () => {
          during = deedlog.currentFlow()?.actor;
        });
        resolve(userActor('late'));
        await acting;
      },
      { actor: () => promise },
    );
    expect([during, flow?.actor]).toEqual([undefined, userActor('late')]);
  });

  test('names the intent that is open where it is asked, and who acts there', async () => {
    const { deedlog } = inMemory({ actor: () => userActor('ada') });
    await deedlog.withIntent({ action: 'note.add', host: {} }, async (audit) => {
      expect(deedlog.currentFlow()).toMatchObject({ causationId: audit.id, actor: userActor('ada') });
      deedlog.run({ actor: systemActor('mailer') }, () => expect(deedlog.currentFlow()?.actor).toEqual(systemActor('mailer')));
    });
  });

  test('of one request knows nothing of another, nor of what was paused', async () => {
    const { deedlog } = inMemory({ actor: () => userActor('ada') });
    deedlog.pause(() => deedlog.run({ host: {} }, () => undefined));
    const other = await deedlog.pause(() => deedlog.run({ context: { requestId: 'r-2' } }, async () => deedlog.currentFlow()));
    expect(other?.actor).toBeUndefined();
  });

  test('of a resumed job has the actor that came with it', async () => {
    const { deedlog } = inMemory({ actor: () => userActor('ada') });
    const text = await deedlog.run({ host: {} }, () => deedlog.serializeContext());
    deedlog.resume(text, {}, () => expect(deedlog.currentFlow()?.actor).toMatchObject({ id: 'ada' }));
  });

  test('says who acts in a scope whose actor came late, not who was known before', async () => {
    const { deedlog } = inMemory({ actor: async () => userActor('bob') });
    const seen = await deedlog.run({ actor: userActor('ada') }, () =>
      deedlog.run({ host: {} }, async () => {
        const atOnce = deedlog.currentFlow()?.actor;
        await deedlog.serializeContext();
        return [atOnce, deedlog.currentFlow()?.actor];
      }),
    );
    expect(seen).toEqual([undefined, userActor('bob')]);
  });

  test('says who acts as the open intent names them', async () => {
    const { deedlog } = inMemory({ actor: () => undefined });
    await deedlog.withIntent({ action: 'session.open', host: {} }, (audit) => {
      audit.actor(userActor('ada'));
      expect(deedlog.currentFlow()?.actor).toEqual(userActor('ada'));
    });
  });

  test('knows who acts although somebody who was asked before did not', async () => {
    const failing = await around(
      async (deedlog) => {
        deedlog.run({ host: {} }, () => undefined);
        deedlog.run({ actor: userActor('ada') }, () => undefined);
        deedlog.run({ host: {} }, () => undefined);
      },
      {
        actor: () => {
          throw new Error('no session');
        },
        onProblem: () => undefined,
      },
    );
    expect(failing?.actor).toEqual(userActor('ada'));
  });

  test('that begins anew takes nothing from a paused scope around, but that it is paused', async () => {
    const { deedlog, store } = inMemory({ actor: () => userActor('ada') });
    const [one, other] = deedlog.pause(() =>
      deedlog.run({ context: { requestId: 'start-up' }, actor: userActor('starter') }, () => [1, 2].map((id) =>
        deedlog.run({ newFlow: true, context: id === 1 ? { requestId: 'r-1', ip: '192.0.2.1' } : {} }, () => {
          const flow = deedlog.currentFlow()!;
          if (id === 1) deedlog.run({ actor: userActor('ada') }, () => undefined);
          return { id: flow.correlationId, actor: flow.actor, context: flow.context, recorded: deedlog.trackActivity({ action: 'note.add', actor: userActor('ada') }) };
        }),
      )),
    );
    expect(one).toMatchObject({ id: 'r-1', actor: userActor('ada') });
    expect(other).toMatchObject({ actor: undefined, context: {} });
    expect(other?.id).toMatch(/^[0-9a-f-]{36}$/);
    await deedlog.close();
    expect(store.activities).toEqual([]);
  });
});
