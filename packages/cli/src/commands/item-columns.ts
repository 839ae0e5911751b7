import type { ActivityItem, ActorItem, ChangeItem, Json, OnBehalfOfItem } from '@deedlog/core';
import { cliError } from '../errors.ts';
import type { TableColumn } from '../terminal/table.ts';
import type { Colors } from '../terminal/terminal.ts';
import { shownTime } from '../times.ts';

type ItemColumn = TableColumn<ActivityItem>;

const COLUMNS: Readonly<Record<string, ItemColumn>> = {
  id: { head: 'Id', cell: ({ id }) => id, whole: 36 },
  when: { head: 'When (UTC)', cell: ({ timestamp }) => shownTime(timestamp), whole: 19, color: (text, { dim }) => dim(text) },
  actor: { head: 'Actor', cell: actorText },
  action: { head: 'Action', cell: ({ action }) => action, color: (text, { cyan }) => cyan(text) },
  outcome: { head: 'Outcome', cell: ({ outcome }) => outcome, whole: 7, color: outcomeColor },
  object: { head: 'Object', cell: objectText },
  message: { head: 'Message', cell: ({ message }) => message ?? '' },
  changes: { head: 'Changes', cell: changesText },
  reason: { head: 'Reason', cell: ({ reason }) => reason ?? '' },
  tool: { head: 'Tool', cell: ({ tool }) => tool ?? '' },
  tenant: { head: 'Tenant', cell: ({ tenant }) => tenant ?? '' },
  model: { head: 'Model', cell: ({ model }) => model },
  observer: { head: 'Observer', cell: ({ observer }) => observer },
  correlation: { head: 'Correlation', cell: ({ correlationId }) => correlationId ?? '' },
  request: { head: 'Request', cell: ({ context }) => context.requestId ?? '' },
};

/** From this width on the message has room, and from the other one the id. */
const WIDE = 100;
const WIDEST = 150;

/** The columns of a listing: those that were asked for, own ones of the model among them, or as many as have room. Throws `CLI_ARGUMENT_INVALID`. */
export function itemColumns(asked: string | undefined, defaults: readonly string[], { width, own }: { readonly width: number; readonly own: readonly string[] }): readonly ItemColumn[] {
  const room = [...defaults, ...(width >= WIDE ? ['message'] : []), ...(width >= WIDEST ? ['id'] : [])];
  return (asked?.split(',') ?? room).map((name) => {
    if (Object.hasOwn(COLUMNS, name)) return COLUMNS[name] as ItemColumn;
    if (own.includes(name)) return { head: name, cell: ({ columns }: ActivityItem) => jsonText(columns?.[name]) };
    throw cliError('CLI_ARGUMENT_INVALID', `there is no column "${name}"; there are ${[...Object.keys(COLUMNS), ...own].join(', ')}`);
  });
}

export function outcomeColor(outcome: string, { green, red, yellow }: Colors): string {
  return outcome === 'success' ? green(outcome) : outcome === 'denied' ? yellow(outcome) : outcome === 'failure' ? red(outcome) : outcome;
}

/** `Ada (7) for Grace (8)`; a question mark where it is not known who acted. */
export function actorText({ actor, onBehalfOf }: Pick<ActivityItem, 'actor' | 'onBehalfOf'>): string {
  return [actor === null ? '?' : nameOf(actor), ...(onBehalfOf ?? []).map((one: OnBehalfOfItem) => `for ${nameOf(one)}`)].join(' ');
}

function nameOf({ kind, id, label }: ActorItem): string {
  if (label === null) return id === null ? kind : `${kind} ${id}`;
  return id === null ? label : `${label} (${id})`;
}

export function objectText({ objectType, objectId, objectLabel }: ActivityItem): string {
  if (objectType === null) return '';
  return [objectType, objectId, objectLabel === null ? null : `(${objectLabel})`].filter((part) => part !== null).join(' ');
}

/** What changed, of the activity and of its rows: `status: "open" → "paid"; public.invoice.total: 1 → 2`. */
function changesText({ changes, effects }: ActivityItem): string {
  const own = changes.map(({ field, old, new: now }: ChangeItem) => `${field}: ${jsonText(old)} → ${jsonText(now)}`);
  const rows = effects.flatMap(({ table, changes: fields }) => Object.entries(fields).map(([field, [old, now]]) => `${table}.${field}: ${jsonText(old)} → ${jsonText(now)}`));
  return [...own, ...rows].join('; ');
}

export function jsonText(value: Json | undefined): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}
