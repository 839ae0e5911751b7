import type { FieldTreatments } from './fields.ts';
import { REDACTED } from './redact.ts';
import type { IsDenied } from './redact.ts';
import { toJsonObject } from './serialize.ts';
import type { JsonObject } from './serialize.ts';

/** A tree of the allow-listed paths: a leaf is a treatment. */
type Selection = Map<string, { treatment: FieldTreatments[string] | undefined; below: Selection }>;

const selections = new WeakMap<FieldTreatments, Selection>();

/** The allow-listed part of `input` as JSON; null where nothing of it is allowed. Never throws. */
export function selectFields(input: unknown, fields: FieldTreatments | undefined, isDenied: IsDenied): JsonObject | null {
  if (fields === undefined || typeof input !== 'object' || input === null) return null;
  const selection = selections.get(fields) ?? parseSelection(fields);
  if (selection.size === 0) return null;
  const picked = pick(input, selection);
  return typeof picked === 'object' && picked !== null ? toJsonObject(picked as Record<string, unknown>, isDenied) : null;
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

/** Most elements of one array that are looked into; the serialiser keeps fewer. */
const MAX_ITEMS = 1000;

function pick(value: unknown, selection: Selection): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item: unknown) => pick(item, selection));
  const picked = Object.create(null) as Record<string, unknown>;
  for (const [name, { treatment, below }] of selection) {
    if (!Object.hasOwn(value, name)) continue;
    const part = treatment === undefined ? pick(readProperty(value, name), below) : treat(value, name, treatment);
    if (part !== undefined) picked[name] = part;
  }
  return picked;
}

function treat(owner: object, name: string, treatment: 'plain' | 'redact'): unknown {
  return treatment === 'redact' ? REDACTED : readProperty(owner, name);
}

function readProperty(owner: object, name: string): unknown {
  try {
    return (owner as Record<string, unknown>)[name];
  } catch {
    return '[unreadable]';
  }
}

/** Most key names of an invalid input that are kept. */
const MAX_KEYS = 50;
/** A key name of an invalid input is kept only if it looks like one: a caller can put anything there. */
const KEY_FORM = /^[A-Za-z_][\w.-]{0,63}$/;

/** The key names of an input that failed validation; never a value. */
export function inputKeys(input: unknown): readonly string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return [];
  try {
    return Object.keys(input).filter((key) => KEY_FORM.test(key)).slice(0, MAX_KEYS);
  } catch {
    return [];
  }
}
