import type { Activity } from '../record/activity.ts';
import type { ActorKind } from '../record/actor.ts';

/** What is not recorded at all. Default: nothing, anonymous acts included. */
export interface IgnoreRules {
  /** Exact actions, prefixes as `health.*`, or patterns. */
  readonly actions?: readonly (string | RegExp)[];
  /** Ids of users and systems. */
  readonly actors?: readonly (string | number)[];
  readonly actorKinds?: readonly ActorKind[];
  /** Exact request paths, prefixes as `/internal/*`, or patterns. */
  readonly paths?: readonly (string | RegExp)[];
}

/** When given, nothing else is recorded: `{ tools: ['admin'] }` tracks the administration alone. */
export interface OnlyRules {
  /** Exact actions, prefixes as `admin.*`, or patterns. */
  readonly actions?: readonly (string | RegExp)[];
  readonly tools?: readonly string[];
}

export type IsIgnored = (activity: Pick<Activity, 'action' | 'actorId' | 'actorKind' | 'context' | 'model' | 'tool'>) => boolean;

/** Undefined: no rule, nothing is ever ignored. */
export function createFilter(ignore: IgnoreRules = {}, only?: OnlyRules): IsIgnored | undefined {
  const { actions = [], tools = [] } = only ?? {};
  const ignored = Object.values(ignore).some((rules) => rules.length > 0) ? createIgnoreRule(ignore) : undefined;
  if (only === undefined) return ignored;
  return (activity) => {
    const wanted = matches(activity.action, actions) || (activity.tool !== null && tools.includes(activity.tool));
    return !wanted || (ignored?.(activity) ?? false);
  };
}

function createIgnoreRule({ actions = [], actors = [], actorKinds = [], paths = [] }: IgnoreRules): IsIgnored {
  const ids = new Set(actors.map(String));
  return ({ action, actorId, actorKind, context }) =>
    matches(action, actions) ||
    (actorId !== null && ids.has(actorId)) ||
    (actorKind !== null && actorKinds.includes(actorKind)) ||
    (context.path !== undefined && matches(context.path, paths));
}

function matches(text: string, rules: readonly (string | RegExp)[]): boolean {
  return rules.some((rule) => {
    // `search` ignores the lastIndex of a global pattern, which `test` would carry from call to call.
    if (typeof rule !== 'string') return text.search(rule) !== -1;
    return rule.endsWith('*') ? text.startsWith(rule.slice(0, -1)) : text === rule;
  });
}
