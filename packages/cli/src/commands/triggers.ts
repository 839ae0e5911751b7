import { checkTriggers, installTriggers, removeTriggers } from '@deedlog/postgres';
import type { PostgresLike, TableName, TriggerDrift, TriggerTable } from '@deedlog/postgres';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import { FOUND, OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags, Session } from '../session.ts';
import { renderTable } from '../terminal/table.ts';
import type { TableColumn } from '../terminal/table.ts';
import { visibleText } from '../terminal/visible-text.ts';
import { examples, withConnection, withOutput } from './common-options.ts';
import { printJson } from './print-items.ts';

interface InstallFlags extends CommonFlags {
  readonly hashKeyEnv?: string;
}

interface RemoveFlags extends CommonFlags {
  readonly all?: boolean;
}

export function addTriggers(program: Command, start: Start): void {
  const triggers = program.command('triggers').description('Checks, installs and removes the triggers that capture row changes.');
  withConnection(withOutput(triggers.command('check').description('Compares the triggers of the database with the configuration.')))
    .addHelpText('after', examples(['deedlog triggers check', 'deedlog triggers check --json | jq .remedy']))
    .action((flags: CommonFlags) => start(flags, async (session) => check(session, await session.client(), await tablesOf(session))));
  withConnection(withOutput(triggers.command('install').description('Installs what is missing, and brings back what has drifted.')))
    .option('--hash-key-env <name>', 'the environment variable that holds the key of hashed fields')
    .addHelpText('after', examples(['deedlog triggers install', 'deedlog triggers install --hash-key-env DEEDLOG_HASH_KEY']))
    .action((flags: InstallFlags) =>
      start(flags, async (session) => {
        const tables = await tablesOf(session);
        const touched = await installTriggers(await session.client(), tables, { hashKey: keyOf(session, flags.hashKeyEnv) });
        return report(session, touched, { state: 'installed', nothing: 'Every trigger is as it should be.' });
      }),
    );
  withConnection(withOutput(triggers.command('remove').description('Removes triggers; what they recorded stays.').argument('[tables...]', 'schema.table')))
    .option('--all', 'of every table that has any')
    .addHelpText('after', examples(['deedlog triggers remove public.former_table', 'deedlog triggers remove --all']))
    .action((names: readonly string[], flags: RemoveFlags) =>
      start(flags, async (session) => {
        const client = await session.client();
        // Against no description, whatever has triggers is left over.
        const tables = flags.all === true ? (await checkTriggers(client, [])).map(({ schema, table }) => ({ schema, table })) : names.map(tableName);
        if (flags.all !== true && names.length === 0) throw cliError('CLI_ARGUMENT_INVALID', 'name tables, or say --all');
        await removeTriggers(client, tables);
        return report(session, tables, { state: 'removed', nothing: 'There is no trigger.' });
      }),
    );
}

async function check(session: Session, client: PostgresLike, tables: readonly TriggerTable[]): Promise<number> {
  const { terminal, forPeople } = session;
  const drifts = await checkTriggers(client, tables);
  if (!forPeople) await printJson(terminal, drifts);
  else if (drifts.length > 0) await terminal.print(renderTable(DRIFT_COLUMNS, drifts, terminal));
  terminal.note(drifts.length === 0 ? `The triggers of ${tables.length} tables are as they should be.` : 'deedlog triggers install brings them back; what is left over goes with deedlog triggers remove.');
  return drifts.length > 0 ? FOUND : OK;
}

const DRIFT_COLUMNS: readonly TableColumn<TriggerDrift>[] = [
  { head: 'Drift', cell: ({ kind }) => kind, whole: 9, color: (text, { red }) => red(text) },
  { head: 'What', cell: ({ what }) => what },
];

async function report({ terminal, forPeople }: Session, tables: readonly TableName[], { state, nothing }: { readonly state: string; readonly nothing: string }): Promise<number> {
  if (!forPeople) await printJson(terminal, tables.map(({ schema, table }) => ({ schema, table, state })));
  else for (const { schema, table } of tables) await terminal.print(`${state}  ${visibleText(`${schema}.${table}`)}\n`);
  if (tables.length === 0) terminal.note(nothing);
  return OK;
}

/** Those of the orm's entities, and those that are described. Throws `CLI_CONFIG_LACKS`. */
async function tablesOf(session: Session): Promise<readonly TriggerTable[]> {
  const { tables = [], orm } = await session.config();
  if (orm === undefined && tables.length === 0) throw cliError('CLI_CONFIG_LACKS', 'orm or tables');
  const opened = await session.orm();
  return [...tables, ...(opened === undefined ? [] : (await session.adapter('@deedlog/mikro-orm')).auditTriggers(opened).tables)];
}

/** A secret on a command line could be read by every process. Throws `CLI_ARGUMENT_INVALID`. */
function keyOf({ env }: Session, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const key = env[name];
  if (key === undefined || key === '') throw cliError('CLI_ARGUMENT_INVALID', `the environment has no ${name}`);
  return key;
}

/** The first dot ends the schema. Throws `CLI_ARGUMENT_INVALID`. */
function tableName(text: string): TableName {
  const dot = text.indexOf('.');
  if (dot < 1 || dot === text.length - 1) throw cliError('CLI_ARGUMENT_INVALID', `"${text}" is not of the form schema.table`);
  return { schema: text.slice(0, dot), table: text.slice(dot + 1) };
}
