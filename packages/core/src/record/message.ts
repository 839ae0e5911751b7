import { coreError } from '../errors.ts';
import { REDACTED } from './redact.ts';
import type { IsDenied } from './redact.ts';
import { toJson } from './serialize.ts';
import type { Json } from './serialize.ts';

interface Slot {
  /** As written, and the key of the value that is stored for it. */
  readonly name: string;
  readonly path: readonly string[];
}

type Part = string | Slot;

/** Templates are code, so there are few; the parsed form of each is kept. */
const MAX_TEMPLATES = 1000;
const templates = new Map<string, readonly Part[]>();

const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;
const SLOT_NAME = /^[A-Za-z_$][\w$]*(\.[\w$]+)*$/;

/** Parses `"Item {item.name} was updated by {actor.label}."`. Throws `MESSAGE_INVALID`. */
function parseTemplate(template: string): readonly Part[] {
  const known = templates.get(template);
  if (known !== undefined) return known;
  const parts: Part[] = [];
  let end = 0;
  for (const match of template.matchAll(TOKEN)) {
    parts.push(template.slice(end, match.index), tokenPart(match[0], match[1], template));
    end = match.index + match[0].length;
  }
  parts.push(template.slice(end));
  if (templates.size >= MAX_TEMPLATES) templates.clear();
  templates.set(template, parts);
  return parts;
}

function tokenPart(token: string, slot: string | undefined, template: string): Part {
  if (token === '{{') return '{';
  if (token === '}}') return '}';
  const name = slot?.trim() ?? '';
  if (!SLOT_NAME.test(name)) throw coreError('MESSAGE_INVALID', `${JSON.stringify(token)} in ${JSON.stringify(template)}`);
  return { name, path: name.split(name.includes('.') ? '.' : '__') };
}

/**
 * The values of a template's slots, taken from the given objects by attribute path. `{item.name}` and `{item__name}` mean
 * the same; as in the Python form, an object may also stand under the whole name: `{ item__name: item }`.
 * Throws `MESSAGE_SLOT_EMPTY` where a slot cannot be filled: an error when written, not a hole in the log.
 */
export function fillSlots(template: string, objects: Readonly<Record<string, unknown>>, isDenied: IsDenied): Readonly<Record<string, Json>> {
  const values: Record<string, Json> = {};
  for (const part of parseTemplate(template)) {
    if (typeof part === 'string' || Object.hasOwn(values, part.name)) continue;
    const value = slotValue(part, objects);
    if (value === undefined || value === null) {
      throw coreError('MESSAGE_SLOT_EMPTY', `{${part.name}} in ${JSON.stringify(template)}; values has ${Object.keys(objects).join(', ') || 'nothing'}`);
    }
    values[part.name] = part.path.some((step) => isDenied(step)) ? REDACTED : toJson(value, isDenied);
  }
  return values;
}

function slotValue({ name, path }: Slot, objects: Readonly<Record<string, unknown>>): unknown {
  const [head = '', ...rest] = path;
  if (Object.hasOwn(objects, name)) {
    const given = objects[name];
    // The Python form: the object itself stands under the slot's whole name.
    return typeof given === 'object' && given !== null && rest.length > 0 && !(given instanceof Date) ? follow(given, rest) : given;
  }
  return Object.hasOwn(objects, head) ? follow(objects[head], rest) : undefined;
}

function follow(start: unknown, steps: readonly string[]): unknown {
  let value = start;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !(step in value) || step === '__proto__' || step === 'constructor') return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return typeof value === 'function' ? undefined : value;
}

/** The message of an activity as people read it. A slot without a value (an old template) shows as `{name}`. */
export function renderMessage(template: string, values: Readonly<Record<string, Json>> | null): string {
  return parseTemplate(template)
    .map((part) => (typeof part === 'string' ? part : textOf(values?.[part.name], part.name)))
    .join('');
}

function textOf(value: Json | undefined, name: string): string {
  if (value === undefined) return `{${name}}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
