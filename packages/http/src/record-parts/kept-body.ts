import { fieldTreatments, selectFields } from '@deedlog/core';
import type { FieldSelection, FieldTreatments, IsDenied, Json } from '@deedlog/core';
import { BodyBytes } from './body-bytes.ts';
import { parameterKeeper } from './kept-parameters.ts';
import { bodyKindOf } from './body-kind.ts';

/** Which request a body belongs to. */
export interface Route {
  /** In upper case. */
  readonly method: string;
  /** Without query string. */
  readonly path: string;
}

/** Fields of a body that may be stored, as dotted paths, or a treatment for each; the same for every route, or told per route. */
export type BodySelection = FieldSelection<unknown> | ((route: Route) => FieldSelection<unknown> | undefined);

/** Stands for a body of which fields are allowed, and that could not be read. Of its text nothing is kept. */
export const BODY_MARKERS = {
  /** The reader of the log is told that there was more than the option allows. */
  tooLong: (maxBytes: number): string => `[longer than ${maxBytes} bytes]`,
  /** Content-encoding: it is compressed or encrypted. */
  encoded: '[encoded]',
  invalid: '[not valid JSON]',
} as const;

/** What the headers of a message say of its body. */
export interface BodyHeaders {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** Sees one body pass by and tells the allowed part of it. */
export interface BodyCollector {
  /** One chunk; what is no text and no bytes is passed over. Never throws. */
  add(chunk: unknown, encoding?: unknown): void;
  /** The body as somebody else has parsed it; it is read at once, so that it may change afterwards. Never throws. */
  addParsed(value: unknown): void;
  /** There was more than is kept: what is added from now on changes nothing. */
  readonly full: boolean;
  /** The allowed part: null where there is none. Never throws. */
  json(headers: BodyHeaders): Json;
}

/** Begins to look at the body of a request on this route. Undefined: nothing of it is allowed, so that no byte need be kept. */
export type OpenBody = (route: Route) => BodyCollector | undefined;

/** Builds the choice of body fields. What it returns throws only what a function given as `selection` throws. */
export function bodyKeeper(selection: BodySelection | undefined, maxBytes: number, isDenied: IsDenied): OpenBody {
  const selected = new WeakMap<object, FieldTreatments>();
  return (route) => {
    const chosen = typeof selection === 'function' ? selection(route) : selection;
    if (chosen === undefined || chosen === null) return undefined;
    const fields = selected.get(chosen) ?? fieldTreatments(chosen);
    selected.set(chosen, fields);
    return Object.keys(fields).length === 0 ? undefined : new Collector({ fields, maxBytes, isDenied });
  };
}

interface Rule {
  readonly fields: FieldTreatments;
  readonly maxBytes: number;
  readonly isDenied: IsDenied;
}

class Collector implements BodyCollector {
  readonly #rule: Rule;
  readonly #bytes: BodyBytes;
  #parsed: Json = null;

  constructor(rule: Rule) {
    this.#rule = rule;
    this.#bytes = new BodyBytes(rule.maxBytes);
  }

  add(chunk: unknown, encoding?: unknown): void {
    this.#bytes.add(chunk, encoding);
  }

  addParsed(value: unknown): void {
    this.#parsed = this.#select(value);
  }

  get full(): boolean {
    return this.#bytes.overflowed;
  }

  json({ contentType, contentEncoding }: BodyHeaders): Json {
    if (this.#bytes.size === 0) return this.#parsed;
    const kind = bodyKindOf(contentType);
    if (kind === undefined) return null;
    if (contentEncoding !== undefined && !/^\s*(?:identity)?\s*$/i.test(contentEncoding)) return BODY_MARKERS.encoded;
    const bytes = this.#bytes.bytes();
    if (bytes === undefined) return BODY_MARKERS.tooLong(this.#rule.maxBytes);
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return kind === 'form' ? parameterKeeper(this.#rule.fields, this.#rule.isDenied)(text) : this.#select(JSON.parse(text));
    } catch {
      return BODY_MARKERS.invalid;
    }
  }

  #select(value: unknown): Json {
    const { fields, isDenied } = this.#rule;
    const selected = selectFields(value, fields, isDenied);
    // Core puts what is no object under one key; a body may be a list.
    return Array.isArray(value) ? (selected?.['[value]'] ?? null) : selected;
  }
}
