import { Command } from 'commander';
import { addCoverage } from './commands/coverage.ts';
import { addExport } from './commands/export.ts';
import { addHistory } from './commands/history.ts';
import { addList } from './commands/list.ts';
import { addMigrate } from './commands/migrate.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addShow } from './commands/show.ts';
import { addTail } from './commands/tail.ts';
import { addTriggers } from './commands/triggers.ts';
import { examples } from './commands/common-options.ts';
import type { CliOptions, Start } from './run.ts';

/** The command line as a whole. */
export function createProgram({ stdout, stderr }: CliOptions, start: Start): Command {
  const program = new Command('deedlog')
    .description('Reads the audit log, checks it, and finds what is not audited.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', `${examples(['deedlog list --from 2h', 'deedlog history Patient 7', 'deedlog coverage --baseline'])}\n${EXIT_CODES}`);
  for (const add of [addList, addShow, addHistory, addTail, addExport, addReconcile, addTriggers, addMigrate, addCoverage]) add(program, start);
  return program;
}

const EXIT_CODES = `
Exit codes:
  0  nothing is wrong
  1  something was found: a finding, drift, something uncovered, no such record
  2  the command could not do its work`;
