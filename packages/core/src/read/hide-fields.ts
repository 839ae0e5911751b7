import type { EffectChanges } from '../record/effect.ts';
import type { Json, JsonObject } from '../record/serialize.ts';
import { isPathHidden } from './hidden-names.ts';
import type { IsHidden } from './hidden-names.ts';
import type { ActivityItem, EffectItem } from './item.ts';

/** Properties that can be hidden as a whole, and what stands in their place. The others say that something happened, and when. */
const HIDEABLE = {
  actor: null,
  onBehalfOf: null,
  outcomeCode: null,
  message: null,
  objectType: null,
  objectId: null,
  objectLabel: null,
  related: [],
  tool: null,
  reason: null,
  input: null,
  context: {},
  metadata: {},
  source: '',
  tenant: null,
  correlationId: null,
  causationId: null,
  columns: null,
  changes: [],
  effects: [],
} as const satisfies Partial<ActivityItem>;

/** The item without what is hidden. Its message must have been rendered without it. */
export function hideFields(item: ActivityItem, isHidden: IsHidden): ActivityItem {
  const { input, context, metadata, columns, changes, effects } = item;
  const whole = Object.entries(HIDEABLE).filter(([property]) => isHidden(property));
  return {
    ...item,
    input: input === null ? null : withoutHidden(input, isHidden),
    context: withoutHidden(context as JsonObject, isHidden) as ActivityItem['context'],
    metadata: withoutHidden(metadata, isHidden),
    columns: columns === null ? null : withoutHidden(columns, isHidden),
    changes: changes
      .filter(({ field }) => !isPathHidden(field, isHidden))
      .map((change) => ({ ...change, old: valueWithoutHidden(change.old, isHidden), new: valueWithoutHidden(change.new, isHidden) })),
    effects: effects.map((effect) => hideInEffect(effect, isHidden)),
    ...Object.fromEntries(whole),
  };
}

function hideInEffect(effect: EffectItem, isHidden: IsHidden): EffectItem {
  const kept = Object.entries(effect.changes).filter(([field]) => !isPathHidden(field, isHidden));
  const changes = kept.map(([field, [old, now]]) => [field, [valueWithoutHidden(old, isHidden), valueWithoutHidden(now, isHidden)]] as const);
  return { ...effect, changes: Object.fromEntries(changes) as EffectChanges };
}

/** Without hidden keys at any depth. */
export function withoutHidden(object: JsonObject, isHidden: IsHidden): JsonObject {
  const kept = Object.entries(object).filter(([key]) => !isPathHidden(key, isHidden));
  return Object.fromEntries(kept.map(([key, value]) => [key, valueWithoutHidden(value, isHidden)]));
}

function valueWithoutHidden(value: Json, isHidden: IsHidden): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((each) => valueWithoutHidden(each, isHidden));
  return withoutHidden(value as JsonObject, isHidden);
}
