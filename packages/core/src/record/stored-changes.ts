import type { Change, Changes } from './changes.ts';
import type { FieldTreatments } from './fields.ts';
import { namesOf } from './path.ts';
import { readProperty } from './read-property.ts';
import { REDACTED } from './redact.ts';
import type { IsDenied } from './redact.ts';
import { LIMITS } from './safe-text.ts';
import { pickFields } from './select.ts';
import { Serializer } from './serialize.ts';

/** Characters of one path. */
const MAX_PATH = 500;

/** Under this key stands how many changes are not spelled out. */
const MORE = '[more changes]';

/**
 * Changes as they are stored: bounded JSON, denied and `redact` fields marked, not spelled out. With `fields`, others are
 * dropped. Null where nothing is left. Never throws.
 */
export function storedChanges(changes: Changes, isDenied: IsDenied, fields?: FieldTreatments): Changes | null {
  const serializer = new Serializer(isDenied);
  const kept: [path: string, change: Change][] = [];
  const entries = entriesOf(changes);
  for (const [index, [path, change]] of entries.entries()) {
    if (serializer.spent) {
      kept.push([MORE, { old: null, new: entries.length - index }]);
      break;
    }
    const stored = storedChange(path, change, { isDenied, fields, serializer });
    if (stored !== undefined) kept.push([serializer.text(path, MAX_PATH), stored]);
  }
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

function entriesOf(changes: Changes): [string, Change][] {
  try {
    return Object.entries(changes);
  } catch {
    return [['[unreadable]', { old: null, new: null }]];
  }
}

interface Rules {
  readonly isDenied: IsDenied;
  readonly fields: FieldTreatments | undefined;
  readonly serializer: Serializer;
}

function storedChange(path: string, change: unknown, { isDenied, fields, serializer }: Rules): Change | undefined {
  const names = path.length > LIMITS.text ? [path] : namesOf(path);
  const rule = fields === undefined ? 'plain' : ruleOf(names, fields);
  if (rule === undefined) return undefined;
  const [old, now] = typeof change === 'object' && change !== null ? [readProperty(change, 'old'), readProperty(change, 'new')] : [null, change];
  const hidden = rule === 'redact' || names.some((name) => isDenied(name));
  const side = (value: unknown): Change['old'] => {
    if (value === null || value === undefined) return null;
    if (hidden) return REDACTED;
    return serializer.json(typeof rule === 'object' ? pickFields(value, rule.below, { rest: rule.rest }) : value);
  };
  return { old: side(old), new: side(now) };
}

/** What is allowed below a path; `rest`: all of it, but for what `below` marks. */
interface Below {
  readonly below: FieldTreatments;
  readonly rest: boolean;
}

/** What an allow-list says about a path: a treatment, or an allow-list for what lies below it; undefined where it says nothing. */
function ruleOf(names: readonly string[], fields: FieldTreatments): FieldTreatments[string] | Below | undefined {
  const prefixes = names.map((_, index) => names.slice(0, names.length - index).join('.'));
  const nearest = prefixes.find((path) => Object.hasOwn(fields, path));
  const treatment = nearest === undefined ? undefined : fields[nearest];
  if (treatment === 'redact') return treatment;
  const prefix = `${names.join('.')}.`;
  const below = Object.entries(fields).filter(([path]) => path.startsWith(prefix));
  if (below.length === 0) return treatment;
  return { below: Object.fromEntries(below.map(([path, each]) => [path.slice(prefix.length), each])), rest: treatment === 'plain' };
}
