import type { Activity } from '@deedlog/core';
import { checkTables, insertRecords } from '@deedlog/postgres';
import type { InsertRecords } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { postgresClient } from './postgres-client.ts';

/** Where records go: into the tables of the business database, or through its outbox into a database of their own. */
export interface RecordsPlace {
  /** In a transaction of the business database, by one statement. */
  readonly insert: InsertRecords;
  /** In no transaction; resolves once the activities are durable. */
  insertOwn(activities: readonly Activity[]): Promise<void>;
  /** A transaction in which something was inserted has been committed. */
  committed(): void;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The tables of deedlog in the orm's own database. */
export function sameDatabase(orm: MikroORM): RecordsPlace {
  return {
    insert: insertRecords,
    async insertOwn(activities) {
      await insertRecords(postgresClient(orm), { activities, effects: [] });
    },
    committed: () => undefined,
    check: () => checkTables(postgresClient(orm)),
    close: () => Promise.resolve(),
  };
}
