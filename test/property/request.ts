import type { Deedlog } from '@deedlog/core';
import type { EntityManager } from '@mikro-orm/core';
import { ENTITIES } from './entities.ts';
import type { Account, Frame } from './account.ts';

/** What the steps of a request work with. */
export interface Request {
  readonly deedlog: Deedlog;
  readonly account: Account;
  readonly em: EntityManager;
  /** Those of the transactions around, which share its entities. */
  readonly around: readonly EntityManager[];
  /** A new EntityManager, in no transaction. */
  readonly fork: () => EntityManager;
  /** Marks its rows: nobody else touches them. */
  readonly lane: string;
  /** A number that no other row has. */
  readonly next: () => number;
  /** The transaction around. */
  readonly frame: Frame | undefined;
  /** Intents around. */
  readonly intents: readonly string[];
  /** Whether a statement outside the open transaction would wait for ever. */
  readonly oneConnection: boolean;
}

/** Acts in scopes inside of a request. */
export const OTHER_ACTOR = 'zoe';

/** Thrown on purpose, so that a block rolls back. */
export class Planned extends Error {}

const UNIQUE_VIOLATION = '23505';

/** Of the errors that a program may bring about, those after which PostgreSQL refuses all but a rollback. */
export function isRefusedByDatabase(error: unknown): boolean {
  return (error as { readonly code?: string } | undefined)?.code === UNIQUE_VIOLATION;
}

export function isPlanned(error: unknown): boolean {
  return error instanceof Planned || isRefusedByDatabase(error);
}

/** After a rollback entities say what is not stored, in every EntityManager that has them. MikroORM wants them cleared then. */
export function clearAll({ em, around }: Request): void {
  for (const one of [em, ...around]) one.clear();
}

/** A row of any kind, as its entity. */
export interface Row {
  id: number;
  hall: string;
  row: number;
  count: number;
}

/** One of the rows of the request's lane. */
export async function pick(kind: keyof typeof ENTITIES, index: number, { em, lane }: Request): Promise<Row | undefined> {
  const rows = (await em.find(ENTITIES[kind] as typeof ENTITIES.owner, { lane } as never, { orderBy: { count: 'asc' } as never })) as unknown as Row[];
  return rows.length === 0 ? undefined : rows[index % rows.length];
}
