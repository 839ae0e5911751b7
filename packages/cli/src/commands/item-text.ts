import type { ActivityItem, EffectItem, Json } from '@deedlog/core';
import { renderTable } from '../terminal/table.ts';
import type { Colors, Terminal } from '../terminal/terminal.ts';
import { visibleText } from '../terminal/visible-text.ts';
import { actorText, jsonText, objectText, outcomeColor } from './item-columns.ts';

/** Longest text of a field that is shown, in characters; JSON has all of it. */
const LONGEST = 2000;

type Field = readonly [string, Json | undefined];

/** All of an activity, for people. */
export function itemText(item: ActivityItem, { colors, width }: Pick<Terminal, 'colors' | 'width'>): string {
  const { bold, cyan } = colors;
  const title = `${bold(cyan(shortened(item.action)))}  ${outcomeColor(item.outcome, colors)}${item.unexplained ? `  ${colors.yellow('unexplained')}` : ''}\n`;
  const changes = item.changes.map(({ field, old, new: now, treatment }) => ({ field: treatment === undefined ? field : `${field} (${treatment})`, old, now }));
  return [title + fieldLines(fieldsOf(item), colors), ...changesPart('Changes', changes, { colors, width }), ...item.effects.flatMap((effect) => effectPart(effect, { colors, width }))]
    .concat(item.effectsCut ? ['… and more row changes\n'] : [])
    .join('\n');
}

function fieldsOf(item: ActivityItem): Field[] {
  const { context, onBehalfOf } = item;
  return [
    ['id', item.id],
    ['when', item.timestamp],
    ['recorded', item.recordedAt],
    ['actor', actorText({ actor: item.actor, onBehalfOf: [] })],
    ...(onBehalfOf ?? []).map((one): Field => ['on behalf of', `${actorText({ actor: one, onBehalfOf: [] })}${one.via === null ? '' : `, by ${one.via}`}`]),
    ['object', objectText(item)],
    ...item.related.map(({ role, type, id, label }): Field => ['related', `${role}: ${type} ${id}${label === null ? '' : ` (${label})`}`]),
    ['message', item.message],
    ['reason', item.reason],
    ['outcome code', item.outcomeCode],
    ['tool', item.tool],
    ['tenant', item.tenant],
    ['model', item.model],
    ...Object.entries(item.columns ?? {}),
    ['input', item.input],
    ['metadata', item.metadata],
    ...Object.entries(context as Readonly<Record<string, Json>>),
    ['correlation', item.correlationId],
    ['caused by', item.causationId],
    ['observer', `${item.observer} (${item.source})`],
  ];
}

/** Those that say something. */
function fieldLines(fields: readonly Field[], { dim }: Colors): string {
  const said = fields.map(([name, value]) => [visibleText(name), emptied(value)] as const).filter(([, text]) => text !== '');
  const widest = Math.max(...said.map(([name]) => name.length));
  return said.map(([name, text]) => `  ${dim(name.padEnd(widest))}  ${shortened(text)}\n`).join('');
}

function emptied(value: Json | undefined): string {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? '' : jsonText(value);
}

interface ShownChange {
  readonly field: string;
  readonly old: Json;
  readonly now: Json;
}

const OPS: Readonly<Record<EffectItem['op'], string>> = { I: 'insert into', U: 'update of', D: 'delete from', T: 'truncate of', S: 'more changes of' };

function effectPart({ op, table, key, changes }: EffectItem, options: Pick<Terminal, 'colors' | 'width'>): string[] {
  const rows = Object.entries(changes).map(([field, [old, now]]) => ({ field, old, now }));
  const title = `${OPS[op]} ${table}${key === '' ? '' : ` ${key}`}`;
  return rows.length === 0 ? [`${options.colors.bold(shortened(title))}\n`] : changesPart(title, rows, options);
}

function changesPart(title: string, rows: readonly ShownChange[], { colors, width }: Pick<Terminal, 'colors' | 'width'>): string[] {
  if (rows.length === 0) return [];
  const columns = [
    { head: 'Field', cell: ({ field }: ShownChange) => field },
    { head: 'Before', cell: ({ old }: ShownChange) => JSON.stringify(old), color: (text: string, { red }: Colors) => red(text) },
    { head: 'After', cell: ({ now }: ShownChange) => JSON.stringify(now), color: (text: string, { green }: Colors) => green(text) },
  ];
  const table = renderTable(columns, rows, { colors, width: width - 2 });
  return [`${colors.bold(shortened(title))}\n${table.replace(/^(?=.)/gm, '  ')}`];
}

function shortened(text: string): string {
  return text.length <= LONGEST ? visibleText(text) : `${visibleText(text.slice(0, LONGEST))}… (${text.length.toLocaleString('en')} characters; --json has all)`;
}
