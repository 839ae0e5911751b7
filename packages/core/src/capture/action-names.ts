import { normalizeAction as defaultNormalizer } from '../record/action.ts';
import type { ActionCatalogue, ActionDefinition } from '../record/action.ts';
import { LIMITS, safeText } from '../record/safe-text.ts';
import { unheard } from '../thenable.ts';
import type { Settings } from './settings.ts';

/** Names are few and repeat. Past this many the cache starts again, so that hostile ones cannot fill memory. */
const MAX_CACHED_NAMES = 1000;

/** How actions are named and what is declared about them. The normaliser is asked once for each way of writing. */
export function actionNames(
  catalogue: ActionCatalogue | undefined,
  normalize: (action: string) => string = defaultNormalizer,
): Pick<Settings, 'definitionOf' | 'nameOf' | 'hasCatalogue'> {
  const declared = new Map<string, ActionDefinition>(Object.entries(catalogue ?? {}));
  let names = new Map<string, string>();
  const nameOf = (action: string): string => {
    if (declared.has(action)) return action;
    const known = names.get(action);
    if (known !== undefined) return known;
    const given: unknown = action;
    const name = typeof given === 'string' ? safeText(unheard(normalize(action)), LIMITS.name) : '';
    if (names.size >= MAX_CACHED_NAMES) names = new Map();
    if (name.length > 0 && action.length <= LIMITS.name) names.set(action, name);
    return name;
  };
  return {
    nameOf,
    definitionOf: declared.size === 0 ? () => undefined : (action) => declared.get(action) ?? declared.get(nameOf(action)),
    hasCatalogue: catalogue !== undefined,
  };
}
