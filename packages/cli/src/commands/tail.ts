import { setTimeout } from 'node:timers/promises';
import { MAX_LIMIT } from '@deedlog/core';
import type { ActivityFilter, ActivityItem, LogView } from '@deedlog/core';
import type { Command } from 'commander';
import { OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags } from '../session.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { durationOf } from '../times.ts';
import { examples, positive, withConnection, withOutput } from './common-options.ts';
import { filterOf, withFilters } from './filter-options.ts';
import type { FilterFlags } from './filter-options.ts';
import { itemColumns } from './item-columns.ts';
import { ownColumns } from './list.ts';
import { printJson } from './print-items.ts';

interface TailFlags extends FilterFlags, CommonFlags {
  readonly lines: number;
  readonly interval: string;
  readonly columns?: string;
}

const DEFAULTS = ['when', 'actor', 'action', 'outcome', 'object'];

export function addTail(program: Command, start: Start): void {
  const command = program.command('tail').description('The last activities, then each new one once it is committed, until Ctrl-C.');
  withConnection(withOutput(withFilters(command)))
    .option('--lines <n>', 'how many of the last ones to begin with, 500 at most', positive, 10)
    .option('--interval <duration>', 'how often to look', '1s')
    .option('--columns <names>', 'columns of the table: when,actor,action,message,id and others')
    .addHelpText('after', examples(['deedlog tail', "deedlog tail --outcome denied --action 'login.*'", 'deedlog tail --json | jq -r .message']))
    .action((flags: TailFlags) =>
      start(flags, async (session) => {
        const [filter, interval] = [filterOf(flags), durationOf(flags.interval)];
        const view = await session.view();
        const columns = itemColumns(flags.columns, DEFAULTS, { width: session.terminal.width, own: await ownColumns(view, flags.model) });
        let header = true;
        const print = async (items: readonly ActivityItem[]): Promise<void> => {
          if (!session.forPeople) return printJson(session.terminal, items);
          if (items.length > 0) await session.terminal.print(renderTable(columns, items, { ...shape(session.terminal), header, fill: true }));
          if (items.length > 0) header = false;
        };
        await follow(view, { filter, interval, lines: flags.lines, signal: session.signal, print });
        return OK;
      }),
    );
}

interface Following {
  readonly filter: ActivityFilter;
  readonly interval: number;
  readonly lines: number;
  readonly signal: AbortSignal;
  readonly print: (items: readonly ActivityItem[]) => Promise<void>;
}

async function follow(view: LogView, { filter, interval, lines, signal, print }: Following): Promise<void> {
  // First the place to go on from: what is committed meanwhile comes in both, and is left out once.
  let { cursor } = await view.tail(undefined, filter);
  const { results: newest } = await view.list({ ...filter, limit: MAX_LIMIT, count: false });
  // More than are printed: a transaction that is open anywhere holds up what was committed before we began, too.
  const seen = new Set(newest.map(({ id }) => id));
  await print(newest.slice(0, lines).toReversed());
  while (!signal.aborted) {
    const batch = await view.tail(cursor, filter);
    cursor = batch.cursor;
    await print(batch.results.filter(({ id }) => !seen.has(id)));
    if (!batch.more) await setTimeout(interval, undefined, { signal }).catch(() => undefined);
  }
}

function shape({ width, colors }: Terminal): Pick<Terminal, 'width' | 'colors'> {
  return { width, colors };
}
