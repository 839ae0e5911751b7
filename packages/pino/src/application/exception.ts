import { toJson } from '@deedlog/core';
import type { IsDenied, Json, JsonObject } from '@deedlog/core';
import { cleanNamedText } from './named-values.ts';

/** Characters of one exception, all causes together. */
const EXCEPTION_LIMIT = 16_384;

/** An error as pino's serializer writes it (pino-std-serializers, `err`): its stack goes on with those of its causes. */
interface WrittenError {
  readonly type?: Json;
  readonly message?: Json;
  readonly stack?: Json;
  readonly aggregateErrors?: Json;
}

/** The error of a line as text: stack and causes, bounded, without the secrets that such texts hold. '': there is none. */
export function exceptionText(error: Json | undefined, isDenied: IsDenied): string {
  return cleanNamedText(rawText(error, isDenied), isDenied, EXCEPTION_LIMIT);
}

function rawText(error: Json | undefined, isDenied: IsDenied): string {
  if (error === undefined || error === null) return '';
  if (!isObject(error)) return typeof error === 'string' ? error : JSON.stringify(toJson(error, isDenied));
  const { type, message, stack, aggregateErrors } = error as WrittenError;
  const own = typeof stack === 'string' && stack !== '' ? stack : [type, message].filter((part) => typeof part === 'string').join(': ');
  const parts = Array.isArray(aggregateErrors) ? (aggregateErrors as readonly Json[]).map((part) => `aggregated: ${rawText(part, isDenied)}`) : [];
  return [own, ...parts].join('\n');
}

/** What an error has beside its text, such as `code`; undefined: nothing. */
export function furtherFields(error: Json | undefined): JsonObject | undefined {
  if (error === undefined || !isObject(error)) return undefined;
  const { type: _type, message: _message, stack: _stack, aggregateErrors: _errors, ...further } = error;
  return Object.keys(further).length === 0 ? undefined : further;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
