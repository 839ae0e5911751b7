import { DEFAULT_MODEL } from '@deedlog/core';
import type { ActivityItem, LogView } from '@deedlog/core';
import { csvOf, exportColumns } from '@deedlog/http';
import { Option } from 'commander';
import type { Command } from 'commander';
import { FAILED, OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags, Session } from '../session.ts';
import { visibleJson, visibleLines } from '../terminal/visible-text.ts';
import { examples, withConnection } from './common-options.ts';
import { exportTarget } from './export-target.ts';
import { filterOf, withFilters } from './filter-options.ts';
import type { FilterFlags } from './filter-options.ts';
import { pagesOf } from './pages.ts';

type Format = 'csv' | 'jsonl';

interface ExportFlags extends FilterFlags, CommonFlags {
  readonly format?: Format;
  readonly output?: string;
}

export function addExport(program: Command, start: Start): void {
  const command = program.command('export').description('Everything that the filters hold, newest first. A CSV is safe to open in a spreadsheet.');
  withConnection(withFilters(command))
    .addOption(new Option('--format <format>', 'the form (default: by the name of the file, else jsonl)').choices(['csv', 'jsonl']))
    .option('--output <file>', 'the file, which is there once it is complete (default: the standard output)')
    .addHelpText('after', examples(['deedlog export --from 2026-01-01 --until 2026-02-01 --output january.csv', "deedlog export --action 'login.*' --format jsonl | gzip > logins.jsonl.gz"]))
    .action((flags: ExportFlags) => start(flags, (session) => exportAll(session, flags)));
}

async function exportAll(session: Session, flags: ExportFlags): Promise<number> {
  const { terminal, signal } = session;
  const filter = filterOf(flags);
  const view = await session.view();
  const encode = await encoderOf(view, flags, session);
  await using target = await exportTarget(session, flags.output);
  let done = 0;
  await target.write(encode([], true));
  for await (const { items, count } of pagesOf((page) => view.list({ ...filter, ...page }), Number.POSITIVE_INFINITY, signal)) {
    await target.write(encode(items, false));
    done += items.length;
    terminal.progress(`${done.toLocaleString('en')} of ${(count ?? 0).toLocaleString('en')} activities`);
  }
  if (signal.aborted) {
    terminal.note('Stopped: the export is not complete.');
    return FAILED;
  }
  await target.complete();
  if (flags.output !== undefined) terminal.note(`${done.toLocaleString('en')} activities in ${flags.output}`);
  return OK;
}

type Encode = (items: readonly ActivityItem[], header: boolean) => string;

async function encoderOf(view: LogView, { format, output, model = DEFAULT_MODEL }: ExportFlags, { terminal }: Session): Promise<Encode> {
  if ((format ?? (output?.endsWith('.csv') === true ? 'csv' : 'jsonl')) === 'jsonl') return (items) => items.map((item) => `${visibleJson(item)}\n`).join('');
  const columns = exportColumns((await view.models()).find(({ name }) => name === model));
  const toTerminal = output === undefined && terminal.interactive;
  return (items, header) => {
    const text = header || items.length > 0 ? csvOf(columns, items, header) : '';
    return toTerminal ? visibleLines(text) : text;
  };
}
