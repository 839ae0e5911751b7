import type { EventSubscriber, FlushEventArgs, TransactionEventArgs } from '@mikro-orm/core';
import type { FlowGuard } from './flow-guard.ts';
import { firstChangedEntity } from './first-changed-entity.ts';
import type { TransactionListener } from './transaction-listener.ts';
import type { TransactionTree } from './transaction-tree.ts';

/** Translates MikroORM's transaction events, which are the same for savepoints, into those of a transaction tree. */
export function transactionSubscriber(tree: TransactionTree, listener: TransactionListener, guard: FlowGuard): EventSubscriber {
  return {
    beforeFlush({ uow }: FlushEventArgs) {
      guard.flushing(uow);
    },
    onFlush({ em, uow }: FlushEventArgs) {
      listener.flushing({ uow, entity: firstChangedEntity(uow), transaction: em.getTransactionContext() });
    },
    async afterFlush({ em, uow }: FlushEventArgs) {
      await listener.flushed(uow, em.getTransactionContext());
    },
    beforeTransactionStart({ em, transaction }) {
      tree.starting(em, transaction);
    },
    async afterTransactionStart({ em, transaction }) {
      if (transaction !== undefined) tree.started(em, transaction);
      if (isOutermost(transaction)) await listener.started(transaction);
    },
    async beforeTransactionCommit({ transaction, uow }) {
      if (isOutermost(transaction) && uow !== undefined) await listener.committing(transaction, uow);
    },
    async afterTransactionCommit({ transaction }) {
      if (isOutermost(transaction)) {
        tree.ended(transaction);
        await listener.ended(transaction, 'committed');
      } else if (transaction !== undefined) {
        tree.left(transaction);
        const parent = tree.parentOf(transaction);
        if (parent !== undefined) listener.released(transaction, parent);
      }
    },
    async afterTransactionRollback({ transaction }) {
      if (isOutermost(transaction)) {
        tree.ended(transaction);
        await listener.ended(transaction, 'rolledBack');
      } else if (transaction !== undefined) {
        tree.left(transaction);
        listener.rolledBack(transaction);
      }
    },
  };
}

type EventTransaction = TransactionEventArgs['transaction'];

function isOutermost(transaction: EventTransaction): transaction is NonNullable<EventTransaction> {
  return transaction !== undefined && !('savepointName' in transaction);
}
