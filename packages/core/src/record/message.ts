import { coreError } from '../errors.ts';
import { readProperty } from './read-property.ts';
import { redactText } from './redact-text.ts';
import { REDACTED } from './redact.ts';
import type { IsDenied } from './redact.ts';
import { LIMITS } from './safe-text.ts';
import { Serializer } from './serialize.ts';
import type { Json } from './serialize.ts';

interface Slot {
  /** As written, and the key of the value that is stored for it. */
  readonly name: string;
  readonly path: readonly string[];
}

type Part = string | Slot;

interface Template {
  readonly parts: readonly Part[];
  /** The template as it is stored: its own text is free text like any other. */
  readonly clean: string;
}

/** Templates are code, so there are few; the parsed form of each is kept. */
const MAX_TEMPLATES = 1000;
const templates = new Map<string, Template>();

const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;
const SLOT_NAME = /^[\p{L}_$][\p{L}\p{N}_$]*(\.[\p{L}\p{N}_$]+)*$/u;

/** Parses `"Item {item.name} was updated by {actor.label}."`. Throws `MESSAGE_INVALID`. */
function parseTemplate(template: string): Template {
  const known = templates.get(template);
  if (known !== undefined) return known;
  if (template.length > LIMITS.text) throw coreError('MESSAGE_INVALID', `longer than ${LIMITS.text} characters`);
  const parts: Part[] = [];
  let end = 0;
  for (const match of template.matchAll(TOKEN)) {
    parts.push(template.slice(end, match.index), tokenPart(match[0], match[1], template));
    end = match.index + match[0].length;
  }
  parts.push(template.slice(end));
  const parsed = { parts, clean: cleanTemplate(parts) };
  if (templates.size >= MAX_TEMPLATES) templates.clear();
  templates.set(template, parsed);
  return parsed;
}

/** The text between two slots is cleaned as one, for a brace may stand in a secret. */
function cleanTemplate(parts: readonly Part[]): string {
  let clean = '';
  let text = '';
  const flush = (): string => redactText(text).replace(/[{}]/g, '$&$&');
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
    } else {
      clean += `${flush()}{${part.name}}`;
      text = '';
    }
  }
  return clean + flush();
}

function tokenPart(token: string, slot: string | undefined, template: string): Part {
  if (token === '{{') return '{';
  if (token === '}}') return '}';
  const name = slot?.trim() ?? '';
  if (!SLOT_NAME.test(name)) throw coreError('MESSAGE_INVALID', `${JSON.stringify(token)} in ${JSON.stringify(template)}`);
  return { name, path: name.split(name.includes('.') ? '.' : '__') };
}

/** A message as it is stored. */
export interface StoredMessage {
  readonly message: string;
  readonly messageValues: Readonly<Record<string, Json>>;
}

/**
 * A template with the values of its slots, taken by attribute path from the first of the bags that knows the slot's first name.
 * `{item.name}` and `{item__name}` mean the same; as in the Python form, an object may also stand under the whole name:
 * `{ item__name: item }`. Throws `MESSAGE_INVALID`, and `MESSAGE_SLOT_EMPTY` where a slot cannot be filled: an error when
 * written, not a hole in the log.
 */
export function fillTemplate(template: string, bags: readonly Readonly<Record<string, unknown>>[], isDenied: IsDenied): StoredMessage {
  const { parts, clean } = parseTemplate(template);
  const serializer = new Serializer(isDenied);
  const values = new Map<string, Json>();
  for (const part of parts) {
    if (typeof part === 'string' || values.has(part.name)) continue;
    const value = slotValue(part, bags);
    if (value === undefined || value === null) {
      throw coreError('MESSAGE_SLOT_EMPTY', `{${part.name}} in ${JSON.stringify(template)}; there are ${namesIn(bags)}`);
    }
    values.set(part.name, part.path.some((step) => isDenied(step)) ? REDACTED : serializer.json(value));
  }
  return { message: clean, messageValues: Object.fromEntries(values) };
}

function namesIn(bags: readonly object[]): string {
  try {
    return bags.flatMap((bag) => Object.keys(bag)).join(', ').slice(0, LIMITS.text);
  } catch {
    return 'values that cannot be read';
  }
}

function slotValue({ name, path }: Slot, bags: readonly Readonly<Record<string, unknown>>[]): unknown {
  const [head = '', ...rest] = path;
  for (const bag of bags) {
    if (has(bag, name)) {
      const given = readProperty(bag, name);
      // The Python form: the object itself stands under the slot's whole name.
      return typeof given === 'object' && given !== null && rest.length > 0 && !(given instanceof Date) ? follow(given, rest) : given;
    }
    if (has(bag, head)) return follow(readProperty(bag, head), rest);
  }
  return undefined;
}

function has(bag: object, name: string): boolean {
  try {
    return Object.hasOwn(bag, name);
  } catch {
    return false;
  }
}

function follow(start: unknown, steps: readonly string[]): unknown {
  let value = start;
  for (const step of steps) {
    // A marker stands for what could not be read.
    if (typeof value === 'string' && value.startsWith('[unreadable')) return value;
    if (typeof value !== 'object' || value === null || step === '__proto__' || step === 'constructor') return undefined;
    value = readProperty(value, step);
  }
  return typeof value === 'function' ? undefined : value;
}

/**
 * The message of an activity as people read it. A slot without a value (an old template) shows as `{name}`, and a stored
 * text that is no template shows as it is: reading never throws.
 */
export function renderMessage(template: string, values: Readonly<Record<string, Json>> | null): string {
  let parts: readonly Part[];
  try {
    ({ parts } = parseTemplate(template));
  } catch {
    return template;
  }
  return parts.map((part) => (typeof part === 'string' ? part : textOf(valueOf(values, part.name), part.name))).join('');
}

function valueOf(values: Readonly<Record<string, Json>> | null, name: string): Json | undefined {
  return values !== null && values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}

function textOf(value: Json | undefined, name: string): string {
  if (value === undefined) return `{${name}}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
