import { resolve } from 'node:path';
import type { Coverage } from '@deedlog/core';
import type { Command } from 'commander';
import { DEFAULT_BASELINE, readBaseline, writeBaseline } from '../coverage/baseline.ts';
import { collectCoverage, nameOf } from '../coverage/collect.ts';
import { FOUND, OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags, Session } from '../session.ts';
import { renderTable } from '../terminal/table.ts';
import type { TableColumn } from '../terminal/table.ts';
import { visibleText } from '../terminal/visible-text.ts';
import { examples, withOutput } from './common-options.ts';
import { printJson } from './print-items.ts';

interface CoverageFlags extends CommonFlags {
  /** True: the default file. */
  readonly baseline?: string | true;
  readonly update?: boolean;
  readonly reads?: boolean;
  readonly all?: boolean;
}

export function addCoverage(program: Command, start: Start): void {
  const command = program.command('coverage').description('Procedures, mutations and entities of the configuration that are not audited.');
  withOutput(command)
    .option('--config <file>', 'the configuration (default: deedlog.config.ts here)')
    .option('--baseline [file]', `what is known to be uncovered, so that only what is new fails (default: ${DEFAULT_BASELINE})`)
    .option('--update', 'write what is uncovered now to the baseline')
    .option('--reads', 'look at queries and subscriptions too')
    .option('--all', 'list what is audited too')
    .addHelpText('after', examples(['deedlog coverage', 'deedlog coverage --update                # once, and commit deedlog.coverage.json', 'deedlog coverage --baseline              # in CI: the exit code is 1 for what is new']))
    .action((flags: CoverageFlags) => start(flags, (session) => cover(session, flags)));
}

/** `known`: uncovered, and in the baseline. */
type Row = Omit<Coverage, 'status'> & { readonly status: Coverage['status'] | 'known' };

async function cover(session: Session, flags: CoverageFlags): Promise<number> {
  const found = await collectCoverage(session);
  const looked = found.filter(({ type }) => flags.reads === true || type === 'mutation' || type === 'data');
  const uncovered = looked.filter(({ status }) => status === 'uncovered');
  const file = resolve(session.folder, typeof flags.baseline === 'string' ? flags.baseline : DEFAULT_BASELINE);
  if (flags.update === true) {
    await writeBaseline(file, uncovered.map(nameOf));
    session.terminal.note(`${uncovered.length} uncovered in ${file}`);
    return OK;
  }
  const known = new Set(flags.baseline === undefined ? [] : await readBaseline(file));
  const rows = looked.map((one): Row => (one.status === 'uncovered' && known.has(nameOf(one)) ? { ...one, status: 'known' } : one));
  // Looked for among all: what was seen with --reads is not stale without it.
  const open = new Set(found.filter(({ status }) => status === 'uncovered').map(nameOf));
  const stale = [...known].filter((name) => !open.has(name));
  await print(session, { rows: flags.all === true ? rows : rows.filter(({ status }) => status === 'uncovered'), stale });
  const fresh = rows.filter(({ status }) => status === 'uncovered').length;
  session.terminal.note(`${looked.filter(({ status }) => status === 'audited').length} audited, ${fresh} uncovered${known.size === 0 ? '' : `, ${uncovered.length - fresh} known`}`);
  return fresh > 0 ? FOUND : OK;
}

const COLUMNS: readonly TableColumn<Row>[] = [
  { head: 'Kind', cell: ({ kind, type }) => (kind === 'procedure' ? type : kind), whole: 12 },
  { head: 'Name', cell: ({ name }) => name },
  { head: 'Status', cell: ({ status }) => status, whole: 9, color: (text, { red, green, dim }) => (text === 'uncovered' ? red(text) : text === 'audited' ? green(text) : dim(text)) },
];

async function print({ terminal, forPeople }: Session, { rows, stale }: { readonly rows: readonly Row[]; readonly stale: readonly string[] }): Promise<void> {
  if (!forPeople) await printJson(terminal, rows);
  else if (rows.length > 0) await terminal.print(renderTable(COLUMNS, rows, terminal));
  if (stale.length > 0) terminal.note(`No longer uncovered; deedlog coverage --update takes it off the baseline:\n${stale.map((name) => `  ${visibleText(name)}`).join('\n')}`);
}
