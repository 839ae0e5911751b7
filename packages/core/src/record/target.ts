import { coreError, DeedlogError } from '../errors.ts';
import { unheard } from '../thenable.ts';
import { cleanText, LIMITS, safeText } from './safe-text.ts';

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

/** The columns of a target. An entity is asked for its id only now, when a serial key has been assigned. Throws `TARGET_INVALID`. */
export function targetColumns(like: TargetLike, describers: readonly TargetDescriber[]): TargetColumns {
  const { type, id, label } = describeTarget(like, describers);
  return { targetType: type, targetId: String(id), targetLabel: label ?? null };
}

/** The target behind an entity or a literal, its texts bounded. Throws `TARGET_INVALID` where it has no type or id. */
export function describeTarget(like: TargetLike, describers: readonly TargetDescriber[]): Target {
  try {
    for (const describe of describers) {
      const known = unheard(describe(like));
      if (known !== undefined) return checkTarget(known);
    }
    return checkTarget(like);
  } catch (error) {
    throw error instanceof DeedlogError ? error : coreError('TARGET_INVALID', 'it cannot be read', error);
  }
}

function checkTarget(like: object): Target {
  const { type, id, label } = like as Partial<Target>;
  const usable = (typeof id === 'number' && !Number.isNaN(id)) || typeof id === 'bigint' || (typeof id === 'string' && id !== '');
  if (typeof type !== 'string' || type === '' || !usable) {
    throw coreError('TARGET_INVALID', `an object with the keys ${safeText(Object.keys(like).slice(0, 8).join(', '), LIMITS.name)}`);
  }
  const target = { type: safeText(type, LIMITS.name), id: safeText(id, LIMITS.identity) };
  return label === undefined || label === null ? target : { ...target, label: cleanText(label, LIMITS.identity) };
}

/** Most others that are stored with one activity. */
const MAX_RELATED = 20;

/** Throws `TARGET_INVALID`. */
export function storedRelated(related: readonly { readonly role: string; readonly target: TargetLike }[], describers: readonly TargetDescriber[]): StoredRelated[] {
  const stored = related.slice(0, MAX_RELATED).map(({ role, target }): StoredRelated => {
    const { type, id, label } = describeTarget(target, describers);
    return { role: safeText(role, LIMITS.name), type, id: String(id), label: label ?? null };
  });
  const more = related.length - stored.length;
  return more === 0 ? stored : [...stored, { role: `[+${more} related]`, type: '', id: '', label: null }];
}
