import { createDeedlog, defineActions, userActor } from '@deedlog/core';
import type { Deedlog, Store } from '@deedlog/core';

const actions = defineActions({ 'invoice.approve': { message: 'Invoice {target.id} approved' } });

/** A deedlog over this store; its actor is user 7, Ada. */
export function deedlogOver(store: Store): Deedlog {
  return createDeedlog({ store, actor: () => userActor(7, { label: 'Ada' }), actions, onProblem: () => undefined }) as unknown as Deedlog;
}

export async function approve(deedlog: Deedlog, id: number, metadata: Record<string, unknown> = {}): Promise<void> {
  await deedlog.run({ host: {} }, () =>
    deedlog.trackActivity({ action: 'invoice.approve', target: { type: 'Invoice', id }, metadata, reason: 'within the budget', related: [{ role: 'folder', type: 'Folder', id: 3 }] }),
  );
}
