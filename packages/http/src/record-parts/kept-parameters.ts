import { fieldTreatments, REDACTED, toJson } from '@deedlog/core';
import type { FieldSelection, IsDenied, JsonObject } from '@deedlog/core';

/** Names of parameters that may be stored, or a treatment for each. A name is taken whole: dots and brackets in it mean nothing. */
export type ParameterSelection = FieldSelection<unknown>;

/** The allowed part of a query string. Never throws. */
export type KeepQuery = (query: string) => JsonObject;

const NOTHING: JsonObject = Object.freeze({});

/** Builds the choice of query parameters. Of those that are not named nothing is stored, not even that they were there. */
export function queryKeeper(selection: ParameterSelection | undefined, isDenied: IsDenied): KeepQuery {
  const keep = parameterKeeper(selection ?? [], isDenied);
  return (query) => (query === '' ? NOTHING : (keep(query) ?? NOTHING));
}

/** The same of any text in `application/x-www-form-urlencoded`; null where nothing of it is allowed. */
export function parameterKeeper(selection: ParameterSelection, isDenied: IsDenied): (text: string) => JsonObject | null {
  const treatments = Object.entries(fieldTreatments(selection));
  if (treatments.length === 0) return () => null;
  return (text) => {
    const parameters = new URLSearchParams(text);
    const kept: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    let some = false;
    for (const [name, treatment] of treatments) {
      const values = parameters.getAll(name);
      if (values.length === 0) continue;
      some = true;
      kept[name] = treatment === 'redact' ? REDACTED : values.length === 1 ? values[0] : values;
    }
    // It redacts what the deny rule catches, cleans and bounds. A bag of texts stays an object.
    return some ? (toJson(kept, isDenied) as JsonObject) : null;
  };
}
