import type { Command } from 'commander';
import { FOUND, OK } from '../exit-codes.ts';
import type { Start } from '../run.ts';
import type { CommonFlags } from '../session.ts';
import { visibleText } from '../terminal/visible-text.ts';
import { examples, withConnection, withOutput } from './common-options.ts';
import { itemText } from './item-text.ts';
import { printJson } from './print-items.ts';

export function addShow(program: Command, start: Start): void {
  const command = program.command('show').description('All of one activity, with the rows that it changed.').argument('<id>', 'as in the column id of a list');
  withConnection(withOutput(command))
    .addHelpText('after', examples(['deedlog show 019ab0c4-6f3e-7c11-8d35-2f1b8a4d9e01', 'deedlog show 019ab0c4-6f3e-7c11-8d35-2f1b8a4d9e01 | jq .effects']))
    .action((id: string, flags: CommonFlags) =>
      start(flags, async (session) => {
        const { terminal } = session;
        const item = await (await session.view()).get(id);
        if (item === undefined) {
          terminal.note(`There is no activity ${visibleText(id)}.`);
          return FOUND;
        }
        if (session.forPeople) await terminal.print(itemText(item, terminal));
        else await printJson(terminal, [item]);
        return OK;
      }),
    );
}
