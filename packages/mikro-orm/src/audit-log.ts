import { rowLogs } from '@deedlog/postgres';
import type { LoggedRow, RowActivity, RowLogOptions } from '@deedlog/postgres';
import { helper, Reference } from '@mikro-orm/core';
import type { EntityMetadata, MikroORM } from '@mikro-orm/core';
import { targetId } from './describe-target.ts';
import { postgresClient } from './postgres-client.ts';
import { tableOf } from './table-of.ts';

/**
 * What happened to an entity, newest first: the activities that changed its row, with what they changed, those that name it as their
 * target, and changes that no activity explains. A list of entities is one query, for all of them: a `Map` by entity.
 *
 * `orm` is the one whose database holds the log; with `separateLog` the log's. Whoever may call this may read the log.
 * The rows of collections (pivot tables) have a log of their own and are not in it.
 */
export function auditLog<Entity extends object>(orm: MikroORM, entities: readonly Entity[], options?: RowLogOptions): Promise<Map<Entity, readonly RowActivity[]>>;
export function auditLog(orm: MikroORM, entity: object, options?: RowLogOptions): Promise<readonly RowActivity[]>;
export async function auditLog(
  orm: MikroORM,
  given: object | readonly object[],
  options?: RowLogOptions,
): Promise<readonly RowActivity[] | Map<object, readonly RowActivity[]>> {
  const entities = Array.isArray(given) ? (given as readonly object[]) : [given];
  const logs = await rowLogs(postgresClient(orm), entities.map((entity) => loggedRow(orm, entity)), options);
  const [first = []] = logs;
  return Array.isArray(given) ? new Map(entities.map((entity, place) => [entity, logs[place] ?? []])) : first;
}

function loggedRow(orm: MikroORM, candidate: object): LoggedRow {
  const entity = Reference.unwrapReference(candidate as never) as object;
  const meta = helper(entity).__meta as EntityMetadata;
  const key = targetId(entity, meta.primaryKeys);
  const tables: string[] = [];
  // In joined inheritance a row has a part in each table above.
  for (let one: EntityMetadata | undefined = meta; one !== undefined; one = one.tptParent) tables.push(tableOf(entity, one, orm));
  return { tables, key, target: { type: meta.className, id: key } };
}
