import { DEFAULT_LIMIT } from '@deedlog/core';
import type { Command } from 'commander';
import { OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags } from '../session.ts';
import { examples, positive, withConnection, withOutput } from './common-options.ts';
import { filterOf, withFilters } from './filter-options.ts';
import type { FilterFlags } from './filter-options.ts';
import { itemColumns } from './item-columns.ts';
import { ownColumns } from './list.ts';
import { printItems } from './print-items.ts';

interface HistoryFlags extends Omit<FilterFlags, 'target' | 'unexplained'>, CommonFlags {
  readonly limit: number;
  readonly columns?: string;
}

const DEFAULTS = ['when', 'actor', 'action', 'changes'];

export function addHistory(program: Command, start: Start): void {
  const command = program.command('history').description("One object's whole history, newest first: what was done to it, what named it, and how its row changed.");
  withConnection(withOutput(withFilters(command.argument('<type>', 'Patient, or the table: public.patient').argument('<id>'))))
    .option('--limit <n>', 'how many at most', positive, DEFAULT_LIMIT)
    .option('--columns <names>', 'columns of the table: when,actor,action,changes,id and others')
    .addHelpText('after', examples(['deedlog history Patient 7', 'deedlog history public.patient 7 --from 30d --columns when,actor,changes', "deedlog history Invoice 42 | jq '.changes[].field'"]))
    .action((type: string, id: string, flags: HistoryFlags) =>
      start(flags, async (session) => {
        const { target: _target, ...filter } = filterOf(flags);
        // The entities know the tables of the types, by which row changes are found.
        await session.orm();
        const view = await session.view();
        const columns = itemColumns(flags.columns, DEFAULTS, { width: session.terminal.width, own: await ownColumns(view, flags.model) });
        await printItems(session, (page) => view.history({ type, id }, { ...filter, ...page }), { columns, limit: flags.limit });
        return OK;
      }),
    );
}
