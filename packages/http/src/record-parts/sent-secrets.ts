import { createDenyRule } from '@deedlog/core';
import type { JsonObject } from '@deedlog/core';
import { CREDENTIAL_HEADERS } from './header-name.ts';
import { eachHeader, plainText } from './kept-headers.ts';
import type { HeadersLike } from './kept-headers.ts';
import { spellings } from './mask.ts';

const isDenied = createDenyRule();

/** Shorter values without a telling name stand in any error by chance. */
const MIN_VALUE = 8;

/** A query and what of its values may not be told: an error may quote them. `kept`: what of it is stored. */
export function secretsOfQuery(query: string, kept: JsonObject): readonly string[] {
  if (query === '') return [];
  const told = new Set<unknown>(Object.values(kept).flat());
  const values = [...new URLSearchParams(query)].filter(([name, value]) => !told.has(value) && (value.length >= MIN_VALUE || isDenied(name)));
  return [query, ...values.map(([, value]) => value)];
}

/** Credentials among headers, in the ways that applications take them apart. */
export function secretsOfHeaders(headers: HeadersLike): readonly string[] {
  const secrets: string[] = [];
  eachHeader(headers, (name, value) => {
    if (CREDENTIAL_HEADERS.has(name) || isDenied(name)) for (const one of Array.isArray(value) ? value : [value]) secrets.push(...partsOf(plainText(one)));
  });
  return secrets;
}

/** Scheme and value, or cookies; of `Basic` the password. */
function partsOf(header: string): readonly string[] {
  const values = header.split(/[\s;,]+/).map((part) => part.replace(/^[^=]*=(?=[^=])/, ''));
  const [, encoded] = /^basic\s+([\w+/=-]+)\s*$/i.exec(header) ?? [];
  const password = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString().replace(/^[^:]*:/, '');
  return [password, ...[header, ...values].filter((text) => text.length >= MIN_VALUE).flatMap(spellings)];
}
