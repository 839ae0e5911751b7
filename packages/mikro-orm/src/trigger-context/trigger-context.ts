import type { Activity, Explanation, TransactionActivity, TransactionHooks, TriggeredEffects } from '@deedlog/core';
import { triggeredRows } from '@deedlog/postgres';
import type { TriggeredRows } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import type { ActivityWriter } from '../activity-writer.ts';
import { postgresClient } from '../postgres-client.ts';
import type { OrmTransaction } from '../postgres-client.ts';
import type { TransactionListener } from '../transaction-listener.ts';
import type { KyselyLike } from './kysely-like.ts';
import type { EntityTable } from './trigger-tables.ts';
import { watchKysely, watchedConnection } from './watch-kysely.ts';
import type { ConnectionContext, OpenTransaction } from './watched-connection.ts';

export interface TriggerContextParts {
  readonly orm: MikroORM;
  readonly writer: ActivityWriter;
  readonly listener: TransactionListener;
  readonly hooksNow: () => TransactionHooks | undefined;
  readonly tables: readonly EntityTable[];
}

/**
 * Brings the activity's id into transactions, where triggers read it, and sees to it that the record is in the log that their effects
 * point to. Works for every transaction of the orm's Kysely, those that no EntityManager knows of included. Returns what ends it,
 * once what waits for the ends of transactions is written.
 */
export function triggerContext(parts: TriggerContextParts): () => Promise<void> {
  const { orm, hooksNow } = parts;
  const ending = new Set<Promise<void>>();
  const context: ConnectionContext = {
    activityIn: (transaction) => hooksNow()?.activityIn(transaction),
    async committing(open) {
      const hooks = hooksNow();
      if (hooks === undefined) return;
      if (!open.managed && open.wrote) await joinIntent(open, hooks, parts);
      for (const activity of open.activities) if (activity.isUnrecorded()) await recordLeast(activity, open, { ...parts, hooks });
    },
    ended(open, how) {
      // Not waited for: what is written after the end takes a connection, and this one is not free yet.
      if (open.managed) return;
      const told = parts.listener.ended(open.key, how).finally(() => ending.delete(told));
      ending.add(told);
    },
  };
  const unwatch = watchKysely(orm, context);
  return async () => {
    unwatch();
    await Promise.all(ending);
  };
}

/** Tells the connection's watch that the orm tells of this transaction. No statement is sent. */
export async function adoptTransaction(transaction: OrmTransaction): Promise<void> {
  await (transaction as KyselyLike).getExecutor().provideConnection((connection) => {
    watchedConnection(connection)?.adopt(transaction);
    return Promise.resolve();
  });
}

/** The open intent's record joins a transaction of Kysely as it does one of the orm. */
async function joinIntent(open: OpenTransaction, hooks: TransactionHooks, { writer }: TriggerContextParts): Promise<void> {
  await hooks.beforeCommit(open.key, async (activity, { isolate }) => {
    const inserted = await writer.joinRecords(open.own, { activities: [activity], effects: [] }, { isolate, onlyIfChanged: true });
    return inserted.activities > 0;
  });
}

async function recordLeast(activity: TransactionActivity, open: OpenTransaction, parts: TriggerContextParts & { readonly hooks: TransactionHooks }): Promise<void> {
  const { orm, writer, hooks } = parts;
  const rows = await triggeredRows(postgresClient(orm, open.own), activity.id);
  const record = rows === undefined ? undefined : await activity.least(effectsOf(rows, parts));
  if (record === undefined) return;
  const { isolate } = activity;
  const explanation: Explanation = { activityIds: [record.id], activities: [record], isolate };
  try {
    await writer.join(open.own, [record] satisfies Activity[], { isolate });
  } catch (cause) {
    hooks.refusedEffects(explanation, cause);
    return;
  }
  hooks.wroteEffects(open.key, explanation);
}

function effectsOf({ table, op, key, only }: TriggeredRows, { tables }: TriggerContextParts): TriggeredEffects {
  const known = tables.find((one) => `${one.schema}.${one.table}` === table);
  return { type: known?.meta.className ?? table, verb: VERBS[op], id: only ? key : undefined };
}

const VERBS = { I: 'create', U: 'update', D: 'delete', T: 'delete', S: 'update' } as const satisfies Record<string, TriggeredEffects['verb']>;
