import { modelShapes } from '@deedlog/core';
import { reconcile } from '@deedlog/postgres';
import type { Finding, ReconcileOptions } from '@deedlog/postgres';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import { FOUND, OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags, Session } from '../session.ts';
import { renderTable } from '../terminal/table.ts';
import type { TableColumn } from '../terminal/table.ts';
import { shownTime, timeOf } from '../times.ts';
import { examples, positive, withConnection, withOutput } from './common-options.ts';
import { printJson } from './print-items.ts';

interface ReconcileFlags extends CommonFlags {
  readonly since?: string;
  readonly until?: string;
  readonly claims?: string;
  readonly live: boolean;
  readonly limit: number;
}

const DEFAULT_LIMIT = 1000;

export function addReconcile(program: Command, start: Start): void {
  const command = program.command('reconcile').description('Checks the log against itself and against the rows of the audited tables. Only reads.');
  withConnection(withOutput(command))
    .option('--since <time>', 'findings from then on: 2026-11-21, or 7d ago (default: all)')
    .option('--until <time>', 'findings before that time')
    .option('--claims <actions>', "actions that claim to change their target (default: '*.create,*.update,*.delete')")
    .option('--no-live', 'leave out the comparison with the rows, which reads every one of them')
    .option('--limit <n>', 'how many findings of each search at most', positive, DEFAULT_LIMIT)
    .addHelpText('after', examples(['deedlog reconcile --since 1d', 'deedlog reconcile --no-live --claims "invoice.*"', 'deedlog reconcile | jq -r .kind | sort | uniq -c']))
    .action((flags: ReconcileFlags) =>
      start(flags, async (session) => {
        const options = await optionsOf(session, flags);
        const client = await session.client();
        const { findings, truncated } = await session.terminal.during(`Reconciling ${options.tables.length} tables`, () => reconcile(client, options));
        if (!session.forPeople) await printJson(session.terminal, findings);
        else if (findings.length > 0) await session.terminal.print(renderTable(COLUMNS, findings, session.terminal));
        session.terminal.note(`${findings.length === 0 ? 'No' : findings.length.toLocaleString('en')} findings${truncated ? ', and more: raise --limit' : ''}`);
        return findings.length > 0 ? FOUND : OK;
      }),
    );
}

/** Throws `CLI_CONFIG_LACKS`, `CLI_ARGUMENT_INVALID`. */
async function optionsOf(session: Session, { since, until, claims, live, limit }: ReconcileFlags): Promise<ReconcileOptions> {
  const { tables: own = [], models = {}, orm } = await session.config();
  if (orm === undefined && own.length === 0) throw cliError('CLI_CONFIG_LACKS', 'orm or tables');
  const opened = await session.orm();
  const tables = [...own, ...(opened === undefined ? [] : (await session.adapter('@deedlog/mikro-orm')).reconcileTables(opened))];
  return {
    tables,
    models: modelShapes(models),
    live,
    limit,
    ...(since === undefined ? {} : { since: timeOf(since) }),
    ...(until === undefined ? {} : { until: timeOf(until) }),
    ...(claims === undefined ? {} : { claims: claims.split(',').map((action) => action.trim()) }),
  };
}

const COLUMNS: readonly TableColumn<Finding>[] = [
  { head: 'When (UTC)', cell: ({ at }) => (at === null ? '' : shownTime(at.toISOString())), whole: 19, color: (text, { dim }) => dim(text) },
  { head: 'Finding', cell: ({ problem }) => problem, color: (text, { red }) => red(text) },
  { head: 'Table', cell: ({ table }) => table ?? '' },
  { head: 'Key', cell: ({ key }) => key ?? '' },
  { head: 'Field', cell: ({ field }) => field ?? '' },
  { head: 'Database user', cell: ({ databaseUser }) => databaseUser ?? '' },
  { head: 'Activity', cell: ({ activityId }) => activityId ?? '' },
];
