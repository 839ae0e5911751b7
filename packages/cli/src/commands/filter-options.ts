import type { ActivityFilter, ActivityQuery } from '@deedlog/core';
import { Option } from 'commander';
import type { Command } from 'commander';
import { cliError } from '../errors.ts';
import { timeOf } from '../times.ts';

/** Which activities, as flags. */
export interface FilterFlags {
  readonly model?: string;
  readonly from?: string;
  readonly until?: string;
  readonly actor?: string;
  readonly actorKind?: NonNullable<ActivityQuery['actor']>['kind'];
  readonly action?: string;
  readonly target?: string;
  readonly tool?: string;
  readonly outcome?: ActivityFilter['outcome'];
  readonly tenant?: string;
  readonly observer?: ActivityFilter['observer'];
  readonly text?: string;
  readonly correlation?: string;
  readonly request?: string;
  readonly unexplained?: boolean;
  readonly where?: readonly string[];
}

/** The filters that suit every listing. */
export function withFilters(command: Command): Command {
  return withTarget(
    command
      .option('--from <time>', 'occurred then or later: 2026-11-21, 2026-11-21T14:00Z (UTC without a zone), or 2h, 7d ago')
      .option('--until <time>', 'occurred before that time')
      .option('--actor <id>', 'who did it')
      .addOption(new Option('--actor-kind <kind>', 'what kind of actor').choices(['user', 'system', 'anonymous']))
      .option('--action <action>', "'invoice.approve', or all that begin so: 'invoice.*'")
      .option('--tool <tool>', 'the feature it belongs to')
      .addOption(new Option('--outcome <outcome>', 'how it ended').choices(['success', 'failure', 'denied', 'unknown']))
      .option('--tenant <id>', 'the tenant')
      .addOption(new Option('--observer <observer>', 'who saw it').choices(['trpc', 'envelop', 'mikro-orm', 'trigger', 'manual', 'cli']))
      .option('--text <words>', 'beginnings of words in action, message, reason, actor and target')
      .option('--correlation <id>', 'one correlation id')
      .option('--request <id>', 'one request')
      .option('--model <name>', "the model (default: 'default'; in a history all)")
      .option('--where <column=value>', 'an own column of the model; may be repeated', (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]),
  );
}

/** What a history has already, and a tail cannot have. */
function withTarget(command: Command): Command {
  if (command.name() === 'history') return command;
  command.option('--target <type[:id]>', 'what it was done to: Invoice, Invoice:42');
  // They have no place in the order in which transactions end.
  return command.name() === 'tail' ? command : command.option('--unexplained', 'row changes that no activity explains');
}

/** Throws `CLI_ARGUMENT_INVALID`; the reader checks the rest. */
export function filterOf(flags: FilterFlags): ActivityFilter {
  const { from, until, actor, actorKind, target, where } = flags;
  return {
    model: flags.model,
    from: from === undefined ? undefined : timeOf(from),
    until: until === undefined ? undefined : timeOf(until),
    actor: actor === undefined && actorKind === undefined ? undefined : { id: actor, kind: actorKind },
    action: flags.action,
    target: target === undefined ? undefined : targetOf(target),
    tool: flags.tool,
    outcome: flags.outcome,
    tenant: flags.tenant,
    observer: flags.observer,
    text: flags.text,
    correlationId: flags.correlation,
    requestId: flags.request,
    unexplained: flags.unexplained,
    columns: where === undefined ? undefined : Object.fromEntries(where.map(columnOf)),
  };
}

/** Ids may hold colons, types do not. Throws `CLI_ARGUMENT_INVALID`. */
function targetOf(text: string): { type: string; id?: string } {
  const colon = text.indexOf(':');
  if (colon === 0 || text === '') throw cliError('CLI_ARGUMENT_INVALID', `--target "${text}" has no type`);
  return colon === -1 ? { type: text } : { type: text.slice(0, colon), id: text.slice(colon + 1) };
}

function columnOf(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw cliError('CLI_ARGUMENT_INVALID', `--where "${text}" is not of the form column=value`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
