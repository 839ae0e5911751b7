import { renderMessage } from '@deedlog/core';
import type { Activity, Effect } from '@deedlog/core';
import pico from 'picocolors';
import { effectLines } from './effect-lines.ts';
import type { Paint } from './effect-lines.ts';
import { actorText, count, fit, targetText, viaText } from './wording.ts';

type Colors = ReturnType<typeof pico.createColors>;

/** What the timeline is made of. */
export interface TimelineRecords {
  /** In the order in which they happened. */
  readonly activities: readonly Activity[];
  readonly effects: readonly Effect[];
}

interface Page {
  readonly colors: Colors;
  readonly effects: ReadonlyMap<string | null, readonly Effect[]>;
}

/** Columns of the terminal that the timeline is made for. */
const WIDTH = 100;
const INDENT = 17;

/** The log as people read it: grouped by request, in the order in which the requests began, each activity with what it changed. */
export function renderTimeline({ activities, effects }: TimelineRecords, { coloured }: { readonly coloured: boolean }): string {
  const page: Page = { colors: pico.createColors(coloured), effects: Map.groupBy(effects, ({ activityId }) => activityId) };
  const requests = Map.groupBy(activities, ({ correlationId, id }) => correlationId ?? id);
  const blocks = [...requests.values()].map((group) => [header(group, page.colors), ...group.flatMap((one) => entry(one, page))].join('\n'));
  return [...blocks, ...unexplained(page), legend(page.colors), summary({ activities, effects }, page.colors)].join('\n\n');
}

function header([first]: readonly Activity[], { bold, dim }: Colors): string {
  if (first === undefined) return '';
  const { method = '', path = '', requestId } = first.context;
  if (requestId === undefined) return `${dim('–'.padEnd(8))}  ${bold('no request')}`;
  // The first part of a random UUID is enough to tell requests apart here.
  return `${dim(requestId.slice(0, 8))}  ${bold(fit(`${method} ${path}`.trim(), WIDTH - 10))}`;
}

/** What no activity explains, in a block of its own. */
function unexplained({ colors, effects }: Page): string[] {
  const lines = (effects.get(null) ?? []).flatMap((effect) => effectLines(effect, WIDTH - INDENT, painted(colors)));
  const head = `${colors.dim('–'.padEnd(8))}  ${colors.bold('no activity')}: somebody went past the application`;
  return lines.length === 0 ? [] : [[head, ...lines.map((line) => ' '.repeat(INDENT) + line)].join('\n')];
}

function entry(activity: Activity, { colors, effects }: Page): string[] {
  const time = activity.occurredAt.toISOString().slice(11, 23);
  const columns = [fit(activity.action, 21).padEnd(21), fit(targetText(activity), 23).padEnd(23), fit(actorText(activity), 27).padEnd(27), viaText(activity)];
  const line = `  ${colors.dim(time)} ${mark(activity, colors)} ${columns.join(' ')}`;
  const said = details(activity).map((text) => colors.dim(fit(text, WIDTH - INDENT)));
  const changed = (effects.get(activity.id) ?? []).flatMap((effect) => effectLines(effect, WIDTH - INDENT, painted(colors)));
  return [line.trimEnd(), ...[...said, ...changed].map((text) => ' '.repeat(INDENT) + text)];
}

function mark({ outcome }: Activity, { green, red, yellow, magenta }: Colors): string {
  switch (outcome) {
    case 'success':
      return green('✓');
    case 'failure':
      return red('✗');
    case 'denied':
      return yellow('⊘');
    case 'unknown':
      return magenta('?');
  }
}

function painted({ yellow, cyan, magenta }: Colors): Paint {
  const paints = { redacted: yellow, hashed: cyan, unknown: magenta };
  return (text, hidden) => paints[hidden](text);
}

/** What there is to say beside who, what and on what. */
function details({ outcome, outcomeCode, message, messageValues, reason, input, metadata, columns }: Activity): string[] {
  const { inputKeys, changes: leftOut } = metadata;
  return [
    ...(outcome === 'success' ? [] : [`${outcome}: ${outcomeCode ?? 'no code'}${Array.isArray(inputKeys) ? ` (given: ${inputKeys.join(', ')})` : ''}`]),
    ...(message === null ? [] : [renderMessage(message, messageValues)]),
    ...(reason === null ? [] : [`reason: ${reason}`]),
    ...(typeof leftOut === 'number' ? [`left out: ${count(leftOut, 'change')}`] : []),
    ...(columns === null ? [] : [Object.entries(columns).map(([name, value]) => `${name}: ${String(value ?? '–')}`).join(', ')]),
    ...(input === null ? [] : [`input: ${JSON.stringify(input)}`]),
  ];
}

function legend({ dim, yellow, cyan, magenta }: Colors): string {
  const hidden = `${yellow('(redacted)')}${dim(' kept out  ')}${cyan('#…')}${dim(' keyed hash  ')}${magenta('(unknown)')}${dim(' never loaded')}`;
  return `${dim('+ created  ~ changed  - deleted  ')}${hidden}`;
}

function summary({ activities, effects }: TimelineRecords, { bold }: Colors): string {
  const outcomes = Object.entries(Object.groupBy(activities, ({ outcome }) => outcome)).map(([outcome, group]) => `${group.length} ${outcome}`);
  const actors = new Set(activities.flatMap(({ actorKind, actorId }) => (actorKind === null ? [] : [`${actorKind} ${actorId}`]))).size;
  const requests = new Set(activities.flatMap(({ context }) => context.requestId ?? [])).size;
  const total = `${count(activities.length, 'activity', 'activities')} and ${count(effects.length, 'effect')}`;
  return bold(`${total} by ${count(actors, 'actor')} in ${count(requests, 'request')}: ${outcomes.join(', ')}`);
}
