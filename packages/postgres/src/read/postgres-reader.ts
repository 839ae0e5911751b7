import { createReader, modelShapes } from '@deedlog/core';
import type { ModelSettings, Reader, ReaderOptions } from '@deedlog/core';
import type { PostgresLike } from '../postgres-like.ts';
import { PostgresSource } from './postgres-source.ts';

export interface PostgresReaderOptions extends ReaderOptions {
  /** As `createDeedlog` takes them. Default: only `default`, without own columns. */
  readonly models?: ModelSettings;
  /**
   * The table of each object type, schema and name: `{ Patient: 'public.patient' }`. With it the history of an object has the activities that changed
   * its row. Default: the type is taken for the table.
   */
  readonly tables?: Readonly<Record<string, string>>;
}

/**
 * Reads the log in PostgreSQL, over any client. It only reads: a role that may do nothing but select from schema `deedlog` is enough.
 * No page costs more for being far back. What is listed in the order of an index (time, actor, action, tenant, target) examines a bounded number of
 * records for a page; what an index finds without an order (a request, a related object, a person's access log, rare words) is examined
 * whole for each page, and costs as much as there is of it.
 */
export function postgresReader(client: PostgresLike, options: PostgresReaderOptions = {}): Reader {
  const { models = {}, tables = {}, findings } = options;
  const tableOfType = (type: string): string => (Object.hasOwn(tables, type) ? (tables[type] ?? type) : type);
  return createReader(new PostgresSource(client, modelShapes(models), tableOfType), findings === undefined ? {} : { findings });
}
