import type { TransactionHooks } from '@deedlog/core';
import type { UnitOfWork } from '@mikro-orm/core';
import type { ActivityWriter } from './activity-writer.ts';
import { writeFlush, writeFlushAlone } from './flush-capture.ts';
import type { ExplainedFlush, FlushCapture } from './flush-capture.ts';
import type { OrmTransaction } from './postgres-client.ts';

/** A flush before its statements. */
export interface StartingFlush {
  readonly uow: UnitOfWork;
  /** The first that it changes; undefined where it changes none. */
  readonly entity: object | undefined;
  /** Undefined where the flush is about to open one of its own. */
  readonly transaction: OrmTransaction | undefined;
}

/** What becomes of the transactions and flushes of one orm. */
export interface TransactionListener {
  /** An outermost one of the orm has begun. */
  started(root: OrmTransaction): Promise<void> | undefined;
  flushing(flush: StartingFlush): void;
  /** A flush is through that has no transaction of its own. */
  flushed(uow: UnitOfWork, transaction: OrmTransaction | undefined): Promise<void>;
  committing(root: OrmTransaction, uow: UnitOfWork): Promise<void>;
  released(savepoint: OrmTransaction, parent: OrmTransaction): void;
  rolledBack(savepoint: OrmTransaction): void;
  ended(root: OrmTransaction, how: 'committed' | 'rolledBack'): Promise<void>;
}

export interface ListenerParts {
  readonly writer: ActivityWriter;
  readonly capture: FlushCapture;
  /** Undefined once the store is closed, because MikroORM cannot unsubscribe. */
  readonly hooksNow: () => TransactionHooks | undefined;
  /** Tells whoever watches connections that this transaction is one of the orm. */
  readonly adopt: ((root: OrmTransaction) => Promise<void>) | undefined;
}

/** Tells deedlog, and writes what it answers. */
export function transactionListener({ writer, capture, hooksNow, adopt }: ListenerParts): TransactionListener {
  return {
    started: (root) => adopt?.(root),
    flushing({ uow, entity, transaction }) {
      const hooks = hooksNow();
      if (hooks === undefined) return;
      if (entity !== undefined) hooks.suggestTarget(entity, transaction);
      capture.begin(uow);
    },
    async flushed(uow, transaction) {
      const hooks = hooksNow();
      const flush = hooks && (await capture.explain(uow, hooks));
      if (hooks === undefined || flush === undefined) return;
      if (transaction !== undefined) await writeFlush(flush, { writer, hooks, transaction });
      else await writeFlushAlone(flush, { writer, hooks });
    },
    async committing(root, uow) {
      const hooks = hooksNow();
      if (hooks === undefined) return;
      const flush = await capture.explain(uow, hooks);
      const taken = await commitWith(flush, { writer, hooks, root });
      if (flush !== undefined && !taken) await writeFlush(flush, { writer, hooks, transaction: root });
    },
    released: (savepoint, parent) => hooksNow()?.afterRelease(savepoint, parent),
    rolledBack: (savepoint) => hooksNow()?.afterRollback(savepoint),
    async ended(root, how) {
      if (how === 'committed') writer.committed(root);
      const hooks = hooksNow();
      if (hooks === undefined) return;
      if (how === 'committed') hooks.afterCommit(root);
      else hooks.afterRollback(root);
      await writer.writeDeferred(hooks, root);
    },
  };
}

interface Commit {
  readonly writer: ActivityWriter;
  readonly hooks: TransactionHooks;
  readonly root: OrmTransaction;
}

/** Lets the open intent write its record, and the effects of the flush in the same statement. Whether they were tried. */
async function commitWith(flush: ExplainedFlush | undefined, { writer, hooks, root }: Commit): Promise<boolean> {
  let tried = false;
  await hooks.beforeCommit(root, async (activity, { isolate }) => {
    tried = true;
    const { activities, effects } = flush?.records ?? { activities: [], effects: [] };
    try {
      const inserted = await writer.joinRecords(root, { activities: [activity, ...activities], effects }, { isolate, onlyIfChanged: true });
      if (flush !== undefined) hooks.wroteEffects(root, flush.explanation, effects);
      return inserted.activities > 0;
    } catch (cause) {
      // Where the transaction goes on, the effects are lost with the record; else the refused record ends it.
      if (flush !== undefined && isolate) hooks.refusedEffects({ ...flush.explanation, isolate }, cause);
      throw cause;
    }
  });
  return tried;
}
