import { coreError } from '../errors.ts';
import { safeText } from './serialize.ts';

/** A loose reference to what was acted on: no foreign key, it may be gone tomorrow. */
export interface Target {
  readonly type: string;
  readonly id: string | number | bigint;
  readonly label?: string | undefined;
}

/** A reference to something else that took part, with its role: the folder a document moved to. */
export interface Related extends Target {
  readonly role: string;
}

/** A target, or an entity that a {@link TargetDescriber} knows. */
export type TargetLike = Target | object;

/** Tells the target that an entity stands for; undefined where it does not know the object. */
export type TargetDescriber = (entity: object) => Target | undefined;

export interface StoredRelated {
  readonly role: string;
  readonly type: string;
  readonly id: string;
  readonly label: string | null;
}

export interface TargetColumns {
  readonly targetType: string | null;
  readonly targetId: string | null;
  readonly targetLabel: string | null;
}

export const NO_TARGET: TargetColumns = { targetType: null, targetId: null, targetLabel: null };

/** The columns of a target. An entity is asked for its id only now, when a serial key has been assigned. */
export function targetColumns(like: TargetLike, describers: readonly TargetDescriber[]): TargetColumns {
  const target = describeTarget(like, describers);
  return {
    targetType: safeText(target.type),
    targetId: safeText(String(target.id)),
    targetLabel: target.label === undefined ? null : safeText(target.label),
  };
}

/** The target behind an entity or a literal. Throws `TARGET_INVALID` where it has no type or id. */
export function describeTarget(like: TargetLike, describers: readonly TargetDescriber[]): Target {
  for (const describe of describers) {
    const known = describe(like);
    if (known !== undefined) return checkTarget(known);
  }
  return checkTarget(like);
}

function checkTarget(like: object): Target {
  const { type, id } = like as Partial<Target>;
  const usable = typeof id === 'number' || typeof id === 'bigint' || (typeof id === 'string' && id !== '');
  if (typeof type !== 'string' || type === '' || !usable) {
    throw coreError('TARGET_INVALID', `an object with the keys ${Object.keys(like).slice(0, 8).join(', ')}`);
  }
  return like as Target;
}

export function storedRelated(related: readonly (TargetLike & { role: string })[], describers: readonly TargetDescriber[]): StoredRelated[] {
  return related.map((one) => {
    const { targetType, targetId, targetLabel } = targetColumns(one, describers);
    return { role: safeText(one.role), type: targetType ?? '', id: targetId ?? '', label: targetLabel };
  });
}
