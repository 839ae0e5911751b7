import type { Actor } from '../record/actor.ts';
import type { Ending } from '../record/outcome.ts';
import { correlationText } from '../record/safe-text.ts';
import type { Target } from '../record/target.ts';
import { mergeContexts } from './context.ts';
import type { Draft } from './draft.ts';
import type { Facts } from './intent-facts.ts';
import type { IntentOptions } from './intent.ts';
import type { Scope } from './scope.ts';

/** What an intent knows when its record is made. */
export interface IntentState extends Pick<Draft, 'id' | 'occurredAt' | 'model' | 'action' | 'actor' | 'input' | 'captured'> {
  readonly actor: Actor | null;
  readonly options: IntentOptions<never>;
  readonly scope: Scope;
  readonly ending: Ending;
  /** The body said itself how it ended. */
  readonly stated: boolean;
  readonly facts: Facts;
  readonly suggested: Target | undefined;
}

/** The draft of an intent: facts told by its body win over the options, and those over the scope. */
export function draftIntent({ options, scope, ending, stated, facts, suggested, ...known }: IntentState): Draft {
  const { observer, actionDeclared = false, message, tool } = options;
  const { context, correlationId, causationId } = scope;
  const { outcome, code } = ending;
  const told = facts.message;
  return {
    ...known,
    occurredAt: facts.occurredAt ?? known.occurredAt,
    columns: facts.columns,
    actionDeclared,
    observer,
    outcome,
    outcomeCode: code,
    context: facts.context === undefined ? context : mergeContexts(context, facts.context),
    target: facts.target ?? suggested,
    related: facts.related,
    tool: facts.tool ?? tool,
    // A template tells of an act that was done, unless whoever gave it also said how the act ended.
    message: outcome === 'success' ? (told ?? message) : stated ? told : undefined,
    values: facts.values,
    reason: facts.reason,
    changes: facts.changes,
    changeFields: facts.changeFields,
    metadata: facts.metadata,
    correlationId: correlationText(facts.correlationId) ?? correlationId,
    causationId: correlationText(facts.causationId) ?? causationId,
  };
}
