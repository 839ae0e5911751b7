import type { Activity } from '../record/activity.ts';
import type { ActorLink } from '../record/actor.ts';
import type { Changes } from '../record/changes.ts';
import { UNKNOWN } from '../record/effect.ts';
import { renderMessage } from '../record/message.ts';
import { DEFAULT_MODEL } from '../record/model.ts';
import { REDACTED } from '../record/redact.ts';
import type { Json, JsonObject } from '../record/serialize.ts';
import { hiddenRule } from './hidden-names.ts';
import type { IsHidden } from './hidden-names.ts';
import { hideFields, withoutHidden } from './hide-fields.ts';
import type { ActivityItem, ChangeItem, EffectItem, OnBehalfOfItem } from './item.ts';
import { UNEXPLAINED_ACTIONS } from './item.ts';
import type { FoundRecord } from './log-source.ts';
import type { ReadPolicy } from './policy.ts';

/** A record as a reader of this policy gets it. */
export function toItem(found: FoundRecord, policy: ReadPolicy): ActivityItem {
  const model = found.activity?.model ?? DEFAULT_MODEL;
  const isHidden = hiddenRule(policy, model);
  const item = found.activity === undefined ? unexplainedItem(found.position.id, found.effect) : activityItem(found, isHidden);
  return isHidden === undefined ? item : hideFields(item, isHidden);
}

function activityItem({ activity, effects, effectsCut }: FoundRecord & { readonly activity: Activity }, isHidden: IsHidden | undefined): ActivityItem {
  const { id, occurredAt, recordedAt, targetType, targetId, targetLabel, related, changes, onBehalfOf, actorKind, actorId, actorLabel, message, ...rest } = activity;
  const { messageValues: values, ...shown } = rest;
  const visible = isHidden === undefined || values === null ? values : withoutHidden(values as JsonObject, isHidden);
  return {
    id,
    timestamp: occurredAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
    ...shown,
    actor: actorKind === null ? null : { kind: actorKind, id: actorId, label: actorLabel },
    onBehalfOf: onBehalfOf === null ? null : chainOf(onBehalfOf),
    message: message === null ? null : renderMessage(message, visible),
    objectType: targetType,
    objectId: targetId,
    objectLabel: targetLabel,
    related: related ?? [],
    changes: changeItems(changes ?? {}),
    effects,
    effectsCut,
    unexplained: false,
  };
}

function chainOf(first: ActorLink): OnBehalfOfItem[] {
  const chain: OnBehalfOfItem[] = [];
  for (let link: ActorLink | null | undefined = first; link !== null && link !== undefined; link = link.onBehalfOf) {
    chain.push({ kind: link.kind, id: link.id, label: link.label, via: link.via });
  }
  return chain;
}

function changeItems(changes: Changes): ChangeItem[] {
  return Object.entries(changes).map(([field, { old, new: now }]) => {
    const treatment = treatmentOf([old, now]);
    return { field, old, new: now, ...(treatment === undefined ? {} : { treatment }) };
  });
}

/** A keyed hash as `auditable` stores it. */
const HASH = /^hmac-sha256:/;

function treatmentOf(sides: readonly Json[]): ChangeItem['treatment'] {
  if (sides.includes(REDACTED)) return 'redact';
  if (sides.includes(UNKNOWN)) return 'unknown';
  return sides.some((side) => typeof side === 'string' && HASH.test(side)) ? 'hash' : undefined;
}

function unexplainedItem(id: string, effect: EffectItem): ActivityItem {
  const unknown = {
    actor: null, onBehalfOf: null, outcomeCode: null, message: null, objectLabel: null, related: [], tool: null, reason: null, input: null, context: {},
    metadata: {}, source: '', tenant: null, correlationId: null, causationId: null, columns: null, changes: [], effectsCut: false,
  };
  return {
    ...unknown,
    id,
    timestamp: effect.at,
    recordedAt: effect.at,
    action: UNEXPLAINED_ACTIONS[effect.op],
    outcome: 'unknown',
    objectType: effect.table,
    objectId: effect.key,
    observer: 'trigger',
    model: DEFAULT_MODEL,
    effects: [effect],
    unexplained: true,
  };
}

/** The id of an unexplained effect's item: the number of the effect as a UUID, lower than that of any activity. */
export function unexplainedId(effect: string): string {
  const hex = BigInt(effect).toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The number of the effect behind the id of an unexplained effect's item; undefined for an activity's. */
export function effectOfId(id: string): string | undefined {
  return id.startsWith('00000000-0000-0000-') ? BigInt(`0x${id.replaceAll('-', '')}`).toString() : undefined;
}
