import { DEFAULT_LIMIT } from '@deedlog/core';
import type { LogView } from '@deedlog/core';
import type { Command } from 'commander';
import { OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags } from '../session.ts';
import { examples, positive, withConnection, withOutput } from './common-options.ts';
import { filterOf, withFilters } from './filter-options.ts';
import type { FilterFlags } from './filter-options.ts';
import { itemColumns } from './item-columns.ts';
import { printItems } from './print-items.ts';

interface ListFlags extends FilterFlags, CommonFlags {
  readonly limit: number;
  readonly columns?: string;
}

const DEFAULTS = ['when', 'actor', 'action', 'outcome', 'object'];

export function addList(program: Command, start: Start): void {
  const command = program.command('list').description('What happened, newest first.');
  withConnection(withOutput(withFilters(command)))
    .option('--limit <n>', 'how many at most', positive, DEFAULT_LIMIT)
    .option('--columns <names>', 'columns of the table: when,actor,action,message,id and others')
    .addHelpText('after', examples(["deedlog list --action 'invoice.*' --outcome denied --from 7d", 'deedlog list --actor 7 --columns when,action,id', 'deedlog list --model quality --where ward=3 --limit 1000 | jq .action']))
    .action((flags: ListFlags) =>
      start(flags, async (session) => {
        const filter = filterOf(flags);
        const view = await session.view();
        const columns = itemColumns(flags.columns, DEFAULTS, { width: session.terminal.width, own: await ownColumns(view, flags.model) });
        await printItems(session, (page) => view.list({ ...filter, ...page }), { columns, limit: flags.limit });
        return OK;
      }),
    );
}

/** Names of the own columns of a model. */
export async function ownColumns(view: LogView, model: string | undefined): Promise<readonly string[]> {
  const found = (await view.models()).filter(({ name }) => model === undefined || name === model);
  return [...new Set(found.flatMap(({ columns }) => columns.map(({ name }) => name)))];
}
