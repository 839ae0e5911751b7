import type { Activity, ActorLink, Changes, Json } from '@deedlog/core';

/** `Iris Novak for Ben Castillo` */
export function actorText({ actorKind, actorId, actorLabel, onBehalfOf }: Activity): string {
  return nameOf({ kind: actorKind, id: actorId, label: actorLabel }) + chainText(onBehalfOf);
}

function chainText(link: ActorLink | null): string {
  return link === null ? '' : ` for ${nameOf(link)}${chainText(link.onBehalfOf)}`;
}

function nameOf({ kind, id, label }: { readonly kind: string | null; readonly id: string | null; readonly label: string | null }): string {
  return label ?? (id === null ? (kind ?? 'not known') : `${kind} ${id}`);
}

/** `Patient 3 P-4F2A11` */
export function targetText({ targetType, targetId, targetLabel }: Activity): string {
  return [targetType, targetId, targetLabel].filter((part) => part !== null).join(' ');
}

/** Which way it came in. */
export function viaText({ observer }: Activity): string {
  switch (observer) {
    case 'trpc':
      return 'tRPC';
    case 'envelop':
      return 'GraphQL';
    default:
      return observer;
  }
}

/** `phone: 555-0199 → 555-0200` */
export function changeLines(changes: Changes): string[] {
  return Object.entries(changes).map(([field, { old, new: now }]) => `${field}: ${valueText(old)} → ${valueText(now)}`);
}

function valueText(value: Json): string {
  if (value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Cut to a width in characters; the last one shows that something is missing. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
