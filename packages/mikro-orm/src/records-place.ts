import type { Activity } from '@deedlog/core';
import { checkModels, checkTables, insertRecords } from '@deedlog/postgres';
import type { InsertRecords, ModelTables } from '@deedlog/postgres';
import type { MikroORM } from '@mikro-orm/core';
import { postgresClient } from './postgres-client.ts';

/** Where records go: into the tables of the business database, or through its outbox into a database of their own. */
export interface RecordsPlace {
  /** The models with a table of their own; told when `createDeedlog` connects the store. */
  useModels(models: ModelTables): void;
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
  let models: ModelTables = new Map();
  const insert: InsertRecords = (client, records, options) => insertRecords(client, records, { ...options, models });
  return {
    useModels(given) {
      models = given;
    },
    insert,
    async insertOwn(activities) {
      await insert(postgresClient(orm), { activities, effects: [] });
    },
    committed: () => undefined,
    async check() {
      await checkTables(postgresClient(orm));
      await checkModels(postgresClient(orm), models);
    },
    close: () => Promise.resolve(),
  };
}
