import type { ActivityItem } from '@deedlog/core';
import type { Session } from '../session.ts';
import { renderTable } from '../terminal/table.ts';
import type { TableColumn } from '../terminal/table.ts';
import { visibleJson } from '../terminal/visible-text.ts';
import { pagesOf } from './pages.ts';
import type { FetchPage } from './pages.ts';

export interface PrintOptions {
  readonly columns: readonly TableColumn<ActivityItem>[];
  readonly limit: number;
}

/** Prints a listing: one table for people, else a line for each item as it comes. */
export async function printItems({ terminal, signal, forPeople }: Session, fetch: FetchPage, { columns, limit }: PrintOptions): Promise<void> {
  const shown: ActivityItem[] = [];
  let total = '';
  for await (const { items, count, countExact } of pagesOf(fetch, limit, signal)) {
    total = count === null ? '' : ` of ${countExact ? '' : 'about '}${count.toLocaleString('en')}`;
    if (!forPeople) await printJson(terminal, items);
    else shown.push(...items);
    if (forPeople) terminal.progress(`${shown.length.toLocaleString('en')}${total}`);
  }
  if (!forPeople) return;
  if (shown.length > 0) await terminal.print(renderTable(columns, shown, terminal));
  terminal.note(terminal.colors.dim(shown.length === 0 ? 'Nothing was found.' : `${shown.length.toLocaleString('en')}${total}, newest first`));
}

export async function printJson(terminal: Session['terminal'], items: readonly unknown[]): Promise<void> {
  if (items.length > 0) await terminal.print(items.map((item) => `${visibleJson(item)}\n`).join(''));
}
