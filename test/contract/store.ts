import { safeText, toJson } from '@deedlog/core';
import type { Activity, JsonObject, Store, TransactionHooks } from '@deedlog/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareActivity, sampleActivity } from './sample-activity.ts';

/** A part of the contract that an adapter does not offer, and why. */
export interface Skip {
  readonly skip: string;
}

/** An open transaction of the adapter's library. */
export interface ContractTransaction {
  /** For `WriteOptions.transaction`; undefined where the store sees the transaction by itself. */
  readonly handle: unknown;
  /** A savepoint in it; undone if `body` throws. */
  nested<Result>(body: (inner: ContractTransaction) => Promise<Result>): Promise<Result>;
  /** A change that stands for the caller's business. */
  change(): Promise<void>;
}

/** One store of its own, and what a test needs around it. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  /** Everything that is durable. */
  stored(): Promise<readonly Activity[]>;
  /** Runs `body` in a transaction, undone if it throws. */
  readonly transaction: (<Result>(body: (transaction: ContractTransaction) => Promise<Result>) => Promise<Result>) | Skip;
  /** How many changes are durable. */
  changes(): Promise<number>;
  /** An activity that the store must refuse. */
  readonly refused: Activity | Skip;
}

/**
 * What every store must do. Call it once for each adapter; `makeStore` gives a new, empty store each time. A part that cannot
 * apply is skipped with its reason in the test's name.
 */
export function storeContract(name: string, makeStore: MakeStore): void {
  describe(`${name} keeps the store contract`, () => {
    recordTests(makeStore);
    batchTests(makeStore);
    transactionTests(makeStore);
    survivalTests(makeStore);
    isolationTests(makeStore);
  });
}

/** Makes a store that is connected to `hooks`. */
export type MakeStore = (hooks: TransactionHooks) => Promise<StoreUnderTest>;

function recordTests(makeStore: MakeStore): void {
  test.each([
    ['every field set', sampleActivity()],
    ['every field null or empty', bareActivity()],
    ['empty texts, which are not null', bareActivity({ reason: '', actorLabel: '', metadata: { text: '', list: [], object: {}, none: null } })],
    ['unicode', sampleActivity({ reason: 'Grüße, 你好, 🏥👩‍⚕️, \u2028\u0007', metadata: { 'ключ 🔑': '\\ \' " $1 ? :name \n\t' } })],
    ['the first and the last millisecond of a day', sampleActivity({ occurredAt: new Date('2026-12-31T23:59:59.999Z'), recordedAt: new Date('2027-01-01T00:00:00.000Z') })],
    ['times long ago', sampleActivity({ occurredAt: new Date('1969-12-31T23:59:59.999Z') })],
    ['numbers at their bounds', sampleActivity({ metadata: { max: Number.MAX_SAFE_INTEGER, tiny: 5e-324, huge: 1.7976931348623157e308, minus: -0.1 } })],
  ])('keeps exactly: %s', async (_, activity) => {
    await using under = await makeStore(quietHooks);
    await under.store.write([activity]);
    expect(await under.stored()).toEqual([activity]);
  });

  test('keeps exactly whatever text and JSON deedlog lets through', async () => {
    await using under = await makeStore(quietHooks);
    const text = fc.string({ unit: 'binary' }).map((any) => safeText(any));
    // No key needs an escape: JSON.parse of Node 24.9 takes one escaped key of one character for another that it has read before.
    const key = fc.string().map((any) => any.replace(/["\\]/g, '/'));
    const values = [fc.string({ unit: 'binary' }), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)];
    const json = fc.object({ key, values, maxDepth: 3 }).map((any) => positiveZero(toJson(any, () => false)) as JsonObject);
    const activities = fc.array(
      fc.tuple(text, text, json).map(([reason, targetLabel, metadata]) => sampleActivity({ reason, targetLabel, metadata, input: metadata })),
      { minLength: 1, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(activities, async (batch) => {
        await under.store.write(batch);
        const stored = new Map((await under.stored()).map((activity) => [activity.id, activity]));
        expect(batch.map(({ id }) => stored.get(id))).toEqual(batch);
      }),
      { numRuns: 20 },
    );
  });
}

/** JSON text has a minus zero, PostgreSQL's numeric has none. */
function positiveZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => (Object.is(part, -0) ? 0 : part));
}

function batchTests(makeStore: MakeStore): void {
  test('keeps an id once, with what was written first', async () => {
    await using under = await makeStore(quietHooks);
    const activity = sampleActivity();
    await under.store.write([activity]);
    await under.store.write([{ ...activity, reason: 'written later' }, sampleActivity({ reason: 'new' })]);
    expect((await under.stored()).map(({ reason }) => reason).toSorted()).toEqual([activity.reason, 'new'].toSorted());
  });

  test('keeps an id once that stands twice in a batch', async () => {
    await using under = await makeStore(quietHooks);
    const activity = sampleActivity();
    await under.store.write([activity, activity]);
    expect(await under.stored()).toEqual([activity]);
  });

  test('takes an empty batch', async () => {
    await using under = await makeStore(quietHooks);
    await under.store.write([]);
    expect(await under.stored()).toEqual([]);
  });

  test('takes a thousand activities in one batch', async () => {
    await using under = await makeStore(quietHooks);
    const batch = Array.from({ length: 1000 }, () => sampleActivity());
    await under.store.write(batch);
    expect(ids(await under.stored())).toEqual(ids(batch));
  });

  test('takes writes that overlap', async () => {
    await using under = await makeStore(quietHooks);
    const all = Array.from({ length: 50 }, () => sampleActivity());
    const placements = await Promise.all(all.map((activity) => under.store.write([activity])));
    expect(new Set(placements.map(({ at }) => at))).toEqual(new Set(['own']));
    expect(ids(await under.stored())).toEqual(ids(all));
  });

  partTest('writes all of a batch or none', makeStore, async (under) => {
    const refused = offered(under.refused);
    await expect(under.store.write([sampleActivity(), refused, sampleActivity()])).rejects.toThrow();
    expect(await under.stored()).toEqual([]);
  }, (under) => under.refused);
}

function transactionTests(makeStore: MakeStore): void {
  const inTransaction = (title: string, body: (under: StoreUnderTest, run: Run) => Promise<void>): void =>
    partTest(title, makeStore, (under) => body(under, offered(under.transaction)), (under) => under.transaction);

  inTransaction('commits with the transaction', async (under, run) => {
    const activity = sampleActivity();
    await run(async ({ handle, change }) => {
      await change();
      expect(under.store.transactionOf?.(handle)).toBeDefined();
      expect(await under.store.write([activity], { transaction: handle })).toMatchObject({ at: 'joined' });
    });
    expect([await under.stored(), await under.changes()]).toEqual([[activity], 1]);
    expect(under.store.transactionOf?.()).toBeUndefined();
  });

  inTransaction('rolls back with the transaction', async (under, run) => {
    const failed = run(async ({ handle, change }) => {
      await change();
      await under.store.write([sampleActivity()], { transaction: handle });
      throw new Error('undo');
    });
    await expect(failed).rejects.toThrow('undo');
    expect([await under.stored(), await under.changes()]).toEqual([[], 0]);
  });

  inTransaction('rolls back with a savepoint alone', async (under, run) => {
    const outer = sampleActivity();
    await run(async (transaction) => {
      await under.store.write([outer], { transaction: transaction.handle });
      const failed = transaction.nested(async ({ handle }) => {
        await under.store.write([sampleActivity()], { transaction: handle });
        throw new Error('undo');
      });
      await expect(failed).rejects.toThrow('undo');
    });
    expect(await under.stored()).toEqual([outer]);
  });

  inTransaction('a refused write fails the transaction', async (under, run) => {
    if ('skip' in under.refused) return;
    const { refused } = under as { refused: Activity };
    const failed = run(async ({ handle, change }) => {
      await change();
      await under.store.write([refused], { transaction: handle });
    });
    await expect(failed).rejects.toThrow();
    expect([await under.stored(), await under.changes()]).toEqual([[], 0]);
  });
}

function survivalTests(makeStore: MakeStore): void {
  const cases = [
    { ending: 'commit', throws: false },
    { ending: 'rollback', throws: true },
  ];
  for (const { ending, throws } of cases) {
    const told: Activity[] = [];
    const afterDeferred: TransactionHooks['afterDeferred'] = (activities, error) => {
      told.push(...(error === undefined ? activities : []));
    };
    partTest(
      `an activity that must survive is written right after the ${ending}`,
      () => makeStore({ ...quietHooks, afterDeferred }),
      async (under) => {
        const run = offered(under.transaction);
        const activity = sampleActivity({ outcome: 'denied' });
        const ended = run(async (transaction) => {
          await transaction.change();
          await transaction.nested(async ({ handle }) => {
            expect(await under.store.write([activity], { transaction: handle, survive: true })).toEqual({ at: 'deferred' });
          });
          if (throws) throw new Error('undo');
        });
        await (throws ? expect(ended).rejects.toThrow('undo') : ended);
        expect([await under.stored(), told, await under.changes()]).toEqual([[activity], [activity], throws ? 0 : 1]);
      },
      (under) => under.transaction,
    );
  }
}

function isolationTests(makeStore: MakeStore): void {
  const part = (under: StoreUnderTest): unknown => (hasSkip(under.transaction) ? under.transaction : under.refused);
  partTest('an isolated write that is refused leaves the transaction usable', makeStore, async (under) => {
    const run = offered(under.transaction);
    const refused = offered(under.refused);
    const after = sampleActivity();
    await run(async ({ handle, change }) => {
      await change();
      await expect(under.store.write([refused], { transaction: handle, isolate: true })).rejects.toThrow();
      await change();
      await under.store.write([after], { transaction: handle, isolate: true });
    });
    expect([await under.stored(), await under.changes()]).toEqual([[after], 2]);
  }, part);

  partTest('an isolated write that is refused undoes nothing that happens beside it', makeStore, async (under) => {
    const run = offered(under.transaction);
    const refused = offered(under.refused);
    await run(async ({ handle, change }) => {
      const beside = Array.from({ length: 10 }, () => change());
      await expect(under.store.write([refused], { transaction: handle, isolate: true })).rejects.toThrow();
      await Promise.all([...beside, change()]);
    });
    expect(await under.changes()).toBe(11);
  }, part);
}

/** Hooks that do nothing, for a store that wants to be connected. */
const quietHooks: TransactionHooks = {
  beforeCommit: () => Promise.resolve(),
  afterCommit: () => undefined,
  afterRollback: () => undefined,
  afterRelease: () => undefined,
  afterDeferred: () => undefined,
  suggestTarget: () => undefined,
  explain: () => Promise.resolve(undefined),
  activityIn: () => undefined,
  wroteEffects: () => undefined,
  refusedEffects: () => undefined,
  checkModel: () => undefined,
  flow: () => undefined,
  isDenied: () => false,
};

type Run = Exclude<StoreUnderTest['transaction'], Skip>;

/** A test of a part that an adapter may lack; then it is skipped with the adapter's reason. */
function partTest(title: string, makeStore: MakeStore, body: (under: StoreUnderTest) => Promise<void>, part: (under: StoreUnderTest) => unknown): void {
  test(title, async ({ skip }) => {
    await using under = await makeStore(quietHooks);
    const wanted = part(under);
    if (hasSkip(wanted)) skip(wanted.skip);
    await body(under);
  });
}

function hasSkip(part: unknown): part is Skip {
  return (typeof part === 'object' || typeof part === 'function') && part !== null && 'skip' in part;
}

function offered<Part>(part: Part | Skip): Part {
  if (hasSkip(part)) throw new Error(`not offered: ${part.skip}`);
  return part;
}

function ids(activities: readonly Activity[]): string[] {
  return activities.map(({ id }) => id).toSorted();
}
