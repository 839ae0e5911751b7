import type { PostgresLike } from '@deedlog/postgres';
import { DeedlogError } from '@deedlog/core';
import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import type { DeedlogConfig } from './define-config.ts';
import { FAILED, OK } from './exit-codes.ts';
import { messageOf } from './message-of.ts';
import { Session } from './session.ts';
import type { CommonFlags } from './session.ts';
import { Terminal } from './terminal/terminal.ts';
import type { Output } from './terminal/terminal.ts';
import { visibleText } from './terminal/visible-text.ts';

/** Where and on what a command runs. */
export interface CliOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  /** `DATABASE_URL`, `NO_COLOR`, `TERM` and the variable of `--hash-key-env` are looked at. Default: nothing is set. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where `deedlog.config.ts` is looked for, and files are written. Default: the process's. */
  readonly cwd?: string;
  /** Ends `tail` and `export`. */
  readonly signal?: AbortSignal;
  /** Used in place of a connection of its own, and left open. */
  readonly client?: PostgresLike;
  /** Used in place of `deedlog.config.ts`. */
  readonly config?: DeedlogConfig;
}

/** Does the work of a command in an open session; resolves to the exit code. */
export type Body = (session: Session) => Promise<number>;

/** How a command is started: with its flags, and its work. */
export type Start = (flags: CommonFlags, body: Body) => Promise<void>;

/** Runs one command line, without the names of node and the program, and resolves to its exit code. Never rejects. */
export async function run(argv: readonly string[], options: CliOptions): Promise<number> {
  const terminal = new Terminal(options.stdout, options.stderr, options.env ?? {});
  let code = OK;
  const start: Start = async (flags, body) => {
    await using session = new Session(terminal, flags, options);
    code = await body(session);
  };
  try {
    await createProgram(options, start).parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : FAILED;
    terminal.note(terminal.colors.red(visibleText(error instanceof DeedlogError ? error.message : `deedlog: ${messageOf(error)}`)));
    return FAILED;
  }
}
