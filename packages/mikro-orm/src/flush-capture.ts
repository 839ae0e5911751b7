import type { Explanation, TransactionHooks, WrittenEffect } from '@deedlog/core';
import type { Records } from '@deedlog/postgres';
import type { UnitOfWork } from '@mikro-orm/core';
import type { ActivityWriter } from './activity-writer.ts';
import type { AuditedEntities } from './audited-entities.ts';
import { effectsOfFlush } from './effects-of-flush.ts';
import type { CapturedEffect, EffectReader } from './effects-of-flush.ts';
import { snapshotFlush } from './flush-snapshot.ts';
import type { ChangedEntity } from './flush-snapshot.ts';
import type { OrmTransaction } from './postgres-client.ts';

/** Effects with the records that explain them, ready to be written. */
export interface ExplainedFlush {
  readonly explanation: Explanation;
  readonly records: Records & { readonly effects: readonly WrittenEffect[] };
}

/** The effects of flushes: from the snapshot before one to what is written after it. */
export class FlushCapture {
  readonly #audits: AuditedEntities;
  readonly #reader: EffectReader;
  readonly #pending = new WeakMap<UnitOfWork, readonly ChangedEntity[]>();

  constructor(audits: AuditedEntities, reader: EffectReader) {
    this.#audits = audits;
    this.#reader = reader;
  }

  /** Before the statements of a flush. */
  begin(uow: UnitOfWork): void {
    if (this.#audits.size === 0) return;
    const changed = snapshotFlush(uow, this.#audits);
    if (changed.length > 0) this.#pending.set(uow, changed);
    else this.#pending.delete(uow);
  }

  /** After them; the snapshot is used up. Undefined: there is nothing to write. */
  async explain(uow: UnitOfWork, hooks: TransactionHooks): Promise<ExplainedFlush | undefined> {
    const changed = this.#pending.get(uow);
    if (changed === undefined) return undefined;
    this.#pending.delete(uow);
    const captured = effectsOfFlush(changed, this.#reader);
    const explanation = captured.length === 0 ? undefined : await hooks.explain(captured);
    if (explanation === undefined) return undefined;
    const effects = explained(captured, explanation.activityIds);
    if (effects.length === 0 && explanation.activities.length === 0) return undefined;
    return { explanation, records: { activities: explanation.activities, effects } };
  }
}

/** Writes the effects of a flush that no activity of the same statement takes along. Rejects where the change must be rolled back. */
export async function writeFlush(flush: ExplainedFlush, options: { writer: ActivityWriter; hooks: TransactionHooks; transaction: OrmTransaction }): Promise<void> {
  const { explanation, records } = flush;
  const { writer, hooks, transaction } = options;
  try {
    await writer.joinRecords(transaction, records, { isolate: explanation.isolate });
  } catch (cause) {
    hooks.refusedEffects(explanation, cause);
    return;
  }
  hooks.wroteEffects(transaction, explanation, records.effects);
}

/** The same where the orm runs flushes without transactions (`implicitTransactions: false`): nothing can be rolled back with a refused write. */
export async function writeFlushAlone(flush: ExplainedFlush, { writer, hooks }: { writer: ActivityWriter; hooks: TransactionHooks }): Promise<void> {
  const alone = {};
  try {
    await writer.insertOwnRecords(flush.records);
  } catch (cause) {
    hooks.refusedEffects({ ...flush.explanation, isolate: true }, cause);
    return;
  }
  hooks.wroteEffects(alone, flush.explanation, flush.records.effects);
  hooks.afterCommit(alone);
}

function explained(captured: readonly CapturedEffect[], activityIds: readonly (string | null)[]): WrittenEffect[] {
  return captured.flatMap(({ table, op, changes, target }, place) => {
    const activityId = activityIds[place] ?? null;
    const key = String(target.id);
    return activityId === null ? [] : [{ table, op, changes, key, activityId, targetType: target.type, targetId: key, targetLabel: target.label ?? null }];
  });
}
