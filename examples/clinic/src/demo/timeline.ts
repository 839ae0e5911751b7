import { renderMessage } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import pico from 'picocolors';
import { actorText, changeLines, count, fit, targetText, viaText } from './wording.ts';

type Colors = ReturnType<typeof pico.createColors>;

/** Columns of the terminal that the timeline is made for. */
const WIDTH = 100;
const INDENT = 17;

/** The log as people read it: grouped by request, in the order in which the requests began. */
export function renderTimeline(activities: readonly Activity[], { coloured }: { readonly coloured: boolean }): string {
  const colors = pico.createColors(coloured);
  const requests = Map.groupBy(activities, ({ correlationId, id }) => correlationId ?? id);
  const blocks = [...requests.values()].map((group) => [header(group, colors), ...group.flatMap((one) => entry(one, colors))].join('\n'));
  return [...blocks, summary(activities, colors)].join('\n\n');
}

function header([first]: readonly Activity[], { bold, dim }: Colors): string {
  if (first === undefined) return '';
  const { method = '', path = '', requestId = 'no request' } = first.context;
  // The first part of a random UUID is enough to tell requests apart here.
  return `${dim(requestId.slice(0, 8))}  ${bold(fit(`${method} ${path}`.trim(), WIDTH - 10))}`;
}

function entry(activity: Activity, colors: Colors): string[] {
  const time = activity.occurredAt.toISOString().slice(11, 23);
  const columns = [fit(activity.action, 21).padEnd(21), fit(targetText(activity), 23).padEnd(23), fit(actorText(activity), 27).padEnd(27), viaText(activity)];
  const line = `  ${colors.dim(time)} ${mark(activity, colors)} ${columns.join(' ')}`;
  return [line.trimEnd(), ...details(activity).map((text) => ' '.repeat(INDENT) + colors.dim(fit(text, WIDTH - INDENT)))];
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

/** What there is to say beside who, what and on what. */
function details({ outcome, outcomeCode, message, messageValues, reason, changes, input, metadata }: Activity): string[] {
  const { inputKeys } = metadata;
  return [
    ...(outcome === 'success' ? [] : [`${outcome}: ${outcomeCode ?? 'no code'}${Array.isArray(inputKeys) ? ` (given: ${inputKeys.join(', ')})` : ''}`]),
    ...(message === null ? [] : [renderMessage(message, messageValues)]),
    ...(reason === null ? [] : [`reason: ${reason}`]),
    ...(input === null ? [] : [`input: ${JSON.stringify(input)}`]),
    ...(changes === null ? [] : changeLines(changes)),
  ];
}

function summary(activities: readonly Activity[], { bold }: Colors): string {
  const outcomes = Object.entries(Object.groupBy(activities, ({ outcome }) => outcome)).map(([outcome, group]) => `${group.length} ${outcome}`);
  const actors = new Set(activities.map(({ actorKind, actorId }) => `${actorKind} ${actorId}`)).size;
  const requests = new Set(activities.map(({ correlationId }) => correlationId)).size;
  return bold(`${count(activities.length, 'activity', 'activities')} by ${count(actors, 'actor')} in ${count(requests, 'request')}: ${outcomes.join(', ')}`);
}
