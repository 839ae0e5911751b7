import type { ChangeVerb } from './track-change.ts';

/** The action of a change that nobody named: the target's type in lower case, then the verb: `sales-order.update`. */
export function defaultAction(verb: ChangeVerb, type: string): string {
  return `${type.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()}.${verb}`;
}
