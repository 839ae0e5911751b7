import { DEFAULT_MODEL } from '@deedlog/core';
import type { ActivityFilter, ActivityItem, ActivityPage, LogView } from '@deedlog/core';
import { stringify } from 'csv-stringify/sync';
import { exportColumns } from './export-columns.ts';
import type { ExportColumn } from './export-columns.ts';
import type { Slots } from './slots.ts';

export type ExportFormat = 'csv' | 'jsonl';

/** Activities that are read at a time: what an export holds in memory. */
const PAGE = 500;

export interface ExportOptions {
  readonly filter: ActivityFilter;
  readonly format: ExportFormat;
  readonly slots: Slots;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Everything that the filter holds, newest first, page by page as fast as it is taken. Rejects before the first byte for what may not be read. */
export async function exportLog(view: LogView, { filter, format, slots, signal, onError }: ExportOptions): Promise<ReadableStream<Uint8Array>> {
  const release = slots.take();
  signal.addEventListener('abort', release);
  try {
    const encode = await encoderOf(view, format, filter.model ?? DEFAULT_MODEL);
    const pages = pagesOf(view, filter);
    // A filter that cannot be read is answered with its code, and not with a broken file.
    let page = await nextOf(pages);
    let isFirst = true;
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            if (!isFirst) page = await nextOf(pages);
            if (page !== undefined || isFirst) controller.enqueue(new TextEncoder().encode(encode(page?.results ?? [], isFirst)));
            isFirst = false;
            if (page !== undefined) return;
            release();
            controller.close();
          } catch (error) {
            release();
            onError(error);
            // The connection breaks off, so that nobody takes a part for the whole.
            controller.error(error);
          }
        },
        cancel() {
          release();
        },
      },
      { highWaterMark: 0 },
    );
  } catch (error) {
    release();
    throw error;
  }
}

async function nextOf(pages: AsyncGenerator<ActivityPage, undefined>): Promise<ActivityPage | undefined> {
  return (await pages.next()).value;
}

/** Pages that hold something. */
async function* pagesOf(view: LogView, filter: ActivityFilter): AsyncGenerator<ActivityPage, undefined> {
  let after: string | undefined;
  do {
    const page = await view.list({ ...filter, limit: PAGE, after, count: false });
    after = page.next ?? undefined;
    if (page.results.length > 0) yield page;
  } while (after !== undefined);
  return undefined;
}

type Encode = (items: readonly ActivityItem[], isFirst: boolean) => string;

async function encoderOf(view: LogView, format: ExportFormat, model: string): Promise<Encode> {
  if (format === 'jsonl') return (items) => items.map((item) => `${JSON.stringify(item)}\n`).join('');
  const columns = exportColumns((await view.models()).find(({ name }) => name === model));
  return (items, isFirst) => csvOf(columns, items, isFirst);
}

/**
 * RFC 4180. A cell that a spreadsheet would take for a formula (=, +, -, @, tab, carriage return, line feed) begins with an apostrophe:
 * https://owasp.org/www-community/attacks/CSV_Injection.
 */
export function csvOf(columns: readonly ExportColumn[], items: readonly ActivityItem[], header: boolean): string {
  const rows = items.map((item) => columns.map(({ value }) => value(item).replace(/^\n/, "'\n")));
  const names = columns.map(({ name }) => name);
  return stringify(header ? [names, ...rows] : rows, { escape_formulas: true, record_delimiter: 'windows' });
}
