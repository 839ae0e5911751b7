import { AsyncLocalStorage } from 'node:async_hooks';
import type { Activity, Store, TransactionHooks, WriteOptions } from '@deedlog/core';

/** An open transaction or savepoint. */
export class Transaction {
  readonly parent: Transaction | undefined;
  readonly activities: Activity[] = [];
  readonly changes: string[] = [];
  readonly deferred: Activity[] = [];
  open = true;
  /** A statement failed outside a savepoint: it can only be rolled back. */
  broken = false;

  constructor(parent: Transaction | undefined) {
    this.parent = parent;
  }

  get root(): Transaction {
    return this.parent?.root ?? this;
  }
}

export interface TransactionalStore extends Store {
  /** Everything that is durable, each id once. */
  readonly activities: readonly Activity[];
  readonly changes: readonly string[];
  /** How often the store was asked to write, and to connect. */
  readonly calls: { write: number; connect: number; close: number };
  /** Which activities it refuses. Default none. */
  refuses: (activity: Activity) => boolean;
  /** The commit itself waits for it, and fails with it. Default resolved. */
  commits: Promise<void>;
  /** Runs `body` in a transaction that every write inside sees; undone if it throws. Nested: a savepoint, unless `separate`. */
  transactional<Result>(body: (transaction: Transaction) => Promise<Result>, options?: { readonly separate?: boolean }): Promise<Result>;
  /** A change of the business in the current transaction; without one, in a transaction of its own, as an ORM's flush does. */
  change(name: string, entity?: object): Promise<void>;
}

/** A store that works as one on a database does: transactions, savepoints, statements that break them, and the hooks. */
export function transactionalStore(): TransactionalStore {
  const current = new AsyncLocalStorage<Transaction | undefined>();
  const byId = new Map<string, Activity>();
  const changes: string[] = [];
  let hooks: TransactionHooks | undefined;

  const joinedBy = (given?: unknown): Transaction | undefined => {
    const transaction = given instanceof Transaction ? given : current.getStore();
    return transaction?.open === true ? transaction : undefined;
  };

  const store: TransactionalStore = {
    get activities() {
      return [...byId.values()];
    },
    get changes() {
      return changes;
    },
    transactionOf: joinedBy,
    calls: { write: 0, connect: 0, close: 0 },
    refuses: () => false,
    commits: Promise.resolve(),
    connect(given) {
      store.calls.connect++;
      hooks = given;
    },
    async write(activities, { transaction, isolate = false, survive = false }: WriteOptions = {}) {
      store.calls.write++;
      const joined = joinedBy(transaction);
      await Promise.resolve();
      if (joined !== undefined && survive) {
        joined.root.deferred.push(...activities);
        return { at: 'deferred' };
      }
      insert(activities, joined, isolate);
      return joined === undefined ? { at: 'own' } : { at: 'joined', transaction: joined };
    },
    transactional: (body, { separate = false } = {}) => execute(new Transaction(separate ? undefined : joinedBy()), body),
    async change(name, entity) {
      const transaction = joinedBy();
      if (entity !== undefined) hooks?.suggestTarget(entity);
      if (transaction === undefined) return store.transactional(() => store.change(name));
      if (transaction.root.broken) throw new Error('current transaction is aborted');
      transaction.changes.push(name);
    },
    close() {
      store.calls.close++;
      return Promise.resolve();
    },
  };
  return store;

  function insert(activities: readonly Activity[], transaction: Transaction | undefined, isolate: boolean): void {
    if (activities.some((activity) => store.refuses(activity))) {
      if (transaction !== undefined && !isolate) transaction.root.broken = true;
      throw new Error('the disk is full');
    }
    if (transaction?.root.broken === true) throw new Error('current transaction is aborted');
    if (transaction === undefined) for (const activity of activities) keep(activity);
    else transaction.activities.push(...activities);
  }

  function keep(activity: Activity): void {
    if (!byId.has(activity.id)) byId.set(activity.id, activity);
  }

  async function execute<Result>(transaction: Transaction, body: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    let result: Result;
    try {
      result = await current.run(transaction, async () => {
        const value = await body(transaction);
        if (transaction.parent === undefined) await hooks?.beforeCommit(transaction, (activity, { isolate }) => writeInto(transaction, activity, isolate));
        return value;
      });
      if (transaction.broken) throw new Error('current transaction is aborted');
      if (transaction.parent === undefined) await store.commits;
    } catch (error) {
      transaction.open = false;
      hooks?.afterRollback(transaction);
      if (transaction.parent === undefined) await writeDeferred(transaction);
      throw error;
    }
    transaction.open = false;
    if (transaction.parent === undefined) commit(transaction);
    else release(transaction, transaction.parent);
    if (transaction.parent === undefined) await writeDeferred(transaction);
    return result;
  }

  async function writeInto(transaction: Transaction, activity: Activity, isolate: boolean): Promise<boolean> {
    await Promise.resolve();
    if (transaction.changes.length === 0) return false;
    insert([activity], transaction, isolate);
    return true;
  }

  function commit(transaction: Transaction): void {
    for (const activity of transaction.activities) keep(activity);
    changes.push(...transaction.changes);
    hooks?.afterCommit(transaction);
  }

  function release(savepoint: Transaction, parent: Transaction): void {
    parent.activities.push(...savepoint.activities);
    parent.changes.push(...savepoint.changes);
    hooks?.afterRelease(savepoint, parent);
  }

  async function writeDeferred({ deferred }: Transaction): Promise<void> {
    if (deferred.length === 0) return;
    try {
      await Promise.resolve();
      insert(deferred, undefined, false);
      hooks?.afterDeferred(deferred);
    } catch (error) {
      hooks?.afterDeferred(deferred, error);
    }
  }
}
