import type { Activity, ActorLink } from '@deedlog/core';

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

/** Which way it came in. `fallback`: nobody declared it, the flush told it. */
export function viaText({ observer }: Activity): string {
  switch (observer) {
    case 'trpc':
      return 'tRPC';
    case 'envelop':
      return 'GraphQL';
    case 'mikro-orm':
      return 'fallback';
    default:
      return observer;
  }
}

/** Cut to a width in characters; the last one shows that something is missing. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
