import type { ActivityModel } from '@deedlog/core';
import { reconcile } from '@deedlog/postgres';
import type { Reconciliation, ReconcileOptions } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { checkOrm } from './check-orm.ts';
import { connectedModels } from './connected-models.ts';
import { postgresClient } from './postgres-client.ts';
import { reconcileTables } from './reconcile-tables.ts';

export interface ReconcileOrmOptions extends Omit<ReconcileOptions, 'tables' | 'models'> {
  /** Models with a table of their own. Default: those of the deedlog that is connected to this orm. */
  readonly models?: readonly ActivityModel[];
}

/**
 * `reconcile` of `@deedlog/postgres` over everything that this orm's entities declare as audited, by triggers or the subscriber. Of what
 * the subscriber wrote, it compares fields that PostgreSQL keeps as they are written: whole numbers, booleans, enums, texts and
 * relations, of entities whose keys are numbers, texts or uuids. The log must be in the orm's own database.
 *
 * Throws what `auditTriggers` does.
 */
export function reconcileOrm(orm: MikroORM, { models, ...options }: ReconcileOrmOptions = {}): Promise<Reconciliation> {
  checkOrm(orm);
  const given = models === undefined ? connectedModels(orm) : new Map(models.map(({ deedlogModel }) => [deedlogModel.table, deedlogModel]));
  return reconcile(postgresClient(orm), { ...options, tables: reconcileTables(orm), models: given });
}
