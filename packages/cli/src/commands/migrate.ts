import { modelShapes } from '@deedlog/core';
import { migrate, migrateModels, pendingMigrations, pendingModels } from '@deedlog/postgres';
import type { DatabaseRole, PostgresLike } from '@deedlog/postgres';
import { Option } from 'commander';
import type { Command } from 'commander';
import { FOUND, OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags, Session } from '../session.ts';
import { visibleText } from '../terminal/visible-text.ts';
import { examples, withConnection, withOutput } from './common-options.ts';
import { printJson } from './print-items.ts';

interface MigrateFlags extends CommonFlags {
  readonly dryRun?: boolean;
  readonly role: DatabaseRole;
}

export function addMigrate(program: Command, start: Start): void {
  const command = program.command('migrate').description("Brings deedlog's tables up to date, those of the configuration's models too. Safe to run again.");
  withConnection(withOutput(command))
    .option('--dry-run', 'only list what is pending; the exit code is 1 where something is')
    .addOption(new Option('--role <role>', 'what the database is: it alone, the business one of a separate log, or that log').choices(['only', 'business', 'log']).default('only'))
    .addHelpText('after', examples(['deedlog migrate --dry-run', 'deedlog migrate --url postgres://admin@db.example/app', 'deedlog migrate --role log --url postgres://admin@db.example/log']))
    .action((flags: MigrateFlags) =>
      start(flags, async (session) => {
        const client = await session.client();
        const names = flags.dryRun === true ? await pending(session, client, flags.role) : await migrateAll(session, client, flags.role);
        if (!session.forPeople) await printJson(session.terminal, names.map((name) => ({ name, state: flags.dryRun === true ? 'pending' : 'ran' })));
        else for (const name of names) await session.terminal.print(`${flags.dryRun === true ? 'pending' : 'ran'}  ${visibleText(name)}\n`);
        if (names.length === 0) session.terminal.note('Everything is up to date.');
        return flags.dryRun === true && names.length > 0 ? FOUND : OK;
      }),
    );
}

async function migrateAll(session: Session, client: PostgresLike, role: DatabaseRole): Promise<string[]> {
  const ran = await migrate(client, { role });
  return role === 'business' ? ran : [...ran, ...(await migrateModels(client, await shapesOf(session)))];
}

async function pending(session: Session, client: PostgresLike, role: DatabaseRole): Promise<string[]> {
  const names = await pendingMigrations(client, { role });
  const shapes = role === 'business' ? [] : await shapesOf(session);
  // A model's table is made like that of activities, which is not there yet.
  if (names.length > 0) return [...names, ...shapes.map(({ table }) => `table deedlog.${table}, or what it lacks`)];
  return pendingModels(client, shapes);
}

async function shapesOf(session: Session): Promise<Parameters<typeof migrateModels>[1]> {
  const { models = {} } = await session.config();
  return [...modelShapes(models).values()];
}
