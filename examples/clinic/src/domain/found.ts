import { DomainError } from './domain-error.ts';

/** The row, or `NOT_FOUND`. */
export function found<Row>(row: Row | null, what: string): Row {
  if (row === null) throw new DomainError('NOT_FOUND', `There is no such ${what}.`);
  return row;
}
