import type { FoundPage, FoundRecord, PageSearch, Position } from '@deedlog/core';
import type { PostgresLike, PostgresRow } from '../postgres-like.ts';
import { branchSql, isBudgeted, lastExaminedSql } from './branch.ts';
import type { Branch } from './branch.ts';
import { Parameters } from './parameters.ts';
import { positionOf, recordsOfRows } from './records-of-rows.ts';

export type FoundRecords = Pick<FoundPage, 'records' | 'continueAt'>;

/** A page of the records of all branches together. A record that several of them have comes once. */
export async function findPage(client: PostgresLike, branches: readonly Branch[], search: PageSearch): Promise<FoundRecords> {
  const order = inDirection(search);
  const found = (await findRows(client, branches, search)).toSorted((one, other) => order(positionOf(one), positionOf(other)));
  const stop = await examinedUntil(client, branches, { search, enough: found.length > search.limit && branches.length === 1 });
  const reached = stop === undefined ? found : found.filter((row) => order(positionOf(row), stop) <= 0);
  const rows = reached.slice(0, search.limit);
  const last = rows.at(-1);
  const continueAt = reached.length > search.limit && last !== undefined ? positionOf(last) : stop;
  const records = await recordsOfRows(client, rows);
  return { records: search.position?.direction === 'newer' ? records.toReversed() : records, continueAt };
}

async function findRows(client: PostgresLike, branches: readonly Branch[], search: PageSearch): Promise<PostgresRow[]> {
  if (branches.length === 0) return [];
  const parameters = new Parameters();
  const parts = branches.map((branch) => branchSql(branch, search.limit + 1, { search, position: search.position, parameters }));
  const sql = parts.length === 1 ? parts.join('') : parts.map((part) => `(${part})`).join('\nunion all\n');
  const { rows } = await client.query(sql, parameters.values);
  return [...new Map(rows.map((row) => [String(row['id']), row])).values()];
}

/** How far the budget of a page went; undefined: everything was examined. Nearest of all branches: beyond it nothing is complete. */
async function examinedUntil(
  client: PostgresLike,
  branches: readonly Branch[],
  { search, enough }: { readonly search: PageSearch; readonly enough: boolean },
): Promise<Position | undefined> {
  const budgeted = branches.filter((branch) => isBudgeted(branch, search));
  if (enough || budgeted.length === 0) return undefined;
  const parameters = new Parameters();
  const sql = budgeted.map((branch) => `(${lastExaminedSql(branch, { search, position: search.position, parameters })})`).join('\nunion all\n');
  const { rows } = await client.query(sql, parameters.values);
  return rows.map(positionOf).toSorted(inDirection(search))[0];
}

/** Compares positions so that what is read first comes first. */
export function inDirection({ position }: Pick<PageSearch, 'position'>): (one: Position, other: Position) => number {
  const sign = position?.direction === 'newer' ? 1 : -1;
  return (one, other) => {
    const [first, second] = one.at === other.at ? [one.id, other.id] : [one.at, other.at];
    return first < second ? -sign : first > second ? sign : 0;
  };
}

/** Records of two listings as one page. */
export function mergePages(one: FoundRecords, other: FoundRecords, search: PageSearch): FoundRecords {
  const order = inDirection(search);
  const stop = [one.continueAt, other.continueAt].filter((position) => position !== undefined).toSorted(order)[0];
  const all = [...one.records, ...other.records].toSorted((first, second) => order(first.position, second.position));
  const reached = stop === undefined ? all : all.filter(({ position }) => order(position, stop) <= 0);
  const records: readonly FoundRecord[] = reached.slice(0, search.limit);
  const continueAt = reached.length > search.limit ? records.at(-1)?.position : stop;
  return { records: search.position?.direction === 'newer' ? records.toReversed() : records, continueAt };
}
