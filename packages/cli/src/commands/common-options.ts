import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

/** Where the log is. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', 'the database of the log (default: url of the configuration, then DATABASE_URL, then its orm)')
    .option('--config <file>', 'the configuration (default: deedlog.config.ts here)');
}

/** How results are printed. */
export function withOutput(command: Command): Command {
  return command
    .option('--json', 'JSON Lines, as in a pipe')
    .option('--table', 'a table, as on a terminal');
}

export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** A whole number from 1. */
export function positive(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1) throw new InvalidArgumentError('It is no whole number from 1.');
  return number;
}
