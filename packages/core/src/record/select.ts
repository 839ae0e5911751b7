import type { FieldTreatments } from './fields.ts';
import { readProperty } from './read-property.ts';
import { REDACTED } from './redact.ts';
import type { IsDenied } from './redact.ts';
import { errorName, LIMITS } from './safe-text.ts';
import { toJsonObject } from './serialize.ts';
import type { JsonObject } from './serialize.ts';

interface Node {
  /** Undefined: only what is named below it is allowed. */
  treatment: FieldTreatments[string] | undefined;
  readonly below: Selection;
}

/** A tree of the allow-listed paths. */
type Selection = Map<string, Node>;

const selections = new WeakMap<FieldTreatments, Selection>();

/** The allow-listed part of `input` as JSON; null where nothing of it is allowed. Never throws. */
export function selectFields(input: unknown, fields: FieldTreatments | undefined, isDenied: IsDenied): JsonObject | null {
  const picked = pickFields(input, fields ?? {});
  return typeof picked === 'object' && picked !== null ? toJsonObject(picked as Record<string, unknown>, isDenied) : null;
}

/**
 * The allow-listed part of a value as it is, for the serialiser; undefined where nothing of it is allowed. With `rest`,
 * what the list does not name is allowed too. Never throws.
 */
export function pickFields(value: unknown, fields: FieldTreatments, { rest = false }: { readonly rest?: boolean } = {}): unknown {
  const selection = selections.get(fields) ?? parseSelection(fields);
  if (typeof value !== 'object' || value === null) return rest ? value : undefined;
  if (selection.size === 0) return undefined;
  try {
    return rest ? new Picker().overlay(value, selection) : new Picker().pick(value, selection);
  } catch (error) {
    return { '[unreadable]': errorName(error) };
  }
}

function parseSelection(fields: FieldTreatments): Selection {
  const root: Selection = new Map();
  for (const [path, treatment] of Object.entries(fields)) {
    let level = root;
    const names = path.split('.');
    names.forEach((name, index) => {
      const node = level.get(name) ?? { treatment: undefined, below: new Map() };
      if (index === names.length - 1) node.treatment = treatment;
      level.set(name, node);
      level = node.below;
    });
  }
  selections.set(fields, root);
  return root;
}

class Picker {
  /** The serialiser keeps no more values; without a bound, lists in lists could multiply. */
  #left: number = LIMITS.values;

  pick(value: unknown, selection: Selection): unknown {
    return this.#each(value, (one) => this.#pickObject(one, selection));
  }

  /** Everything, but for what `selection` marks. */
  overlay(value: object, selection: Selection): unknown {
    return this.#each(value, (one) => this.#overlay(one, selection));
  }

  #each(value: unknown, visit: (one: object) => unknown): unknown {
    if (typeof value !== 'object' || value === null || this.#left-- <= 0) return undefined;
    if (!Array.isArray(value)) return visit(value);
    const count = Math.min(value.length, LIMITS.entries);
    const picked: unknown[] = Array.from({ length: count }, (_, index) => this.#each(readProperty(value, index), visit));
    // The serialiser says how many are missing.
    if (value.length > count) picked.length = value.length;
    return picked;
  }

  #pickObject(owner: object, selection: Selection): unknown {
    const picked = Object.create(null) as Record<string, unknown>;
    for (const [name, node] of selection) {
      const part = Object.hasOwn(owner, name) ? this.#part(owner, name, node) : undefined;
      if (part !== undefined) picked[name] = part;
    }
    return picked;
  }

  #part(owner: object, name: string, { treatment, below }: Node): unknown {
    if (treatment === 'redact') return REDACTED;
    const value = readProperty(owner, name);
    if (treatment === undefined) return this.pick(value, below);
    // Allowed as a whole, but a part below may still be marked `redact`.
    return below.size === 0 || typeof value !== 'object' || value === null ? value : this.overlay(value, below);
  }

  #overlay(owner: object, below: Selection): unknown {
    const copy = Object.create(null) as Record<string, unknown>;
    for (const name of Object.keys(owner)) {
      const node = below.get(name);
      copy[name] = node === undefined ? readProperty(owner, name) : this.#part(owner, name, { ...node, treatment: node.treatment ?? 'plain' });
    }
    return copy;
  }
}

/** Most key names of an invalid input that are kept. */
const MAX_KEYS = 50;
/** A key name of an invalid input is kept only if it looks like one: a caller can put anything there. */
const KEY_FORM = /^[A-Za-z_][\w.-]{0,63}$/;

/** The key names of an input that failed validation; never a value. */
export function inputKeys(input: unknown): readonly string[] {
  if (typeof input !== 'object' || input === null) return [];
  try {
    return Array.isArray(input) ? [] : Object.keys(input).filter((key) => KEY_FORM.test(key)).slice(0, MAX_KEYS);
  } catch {
    return [];
  }
}
