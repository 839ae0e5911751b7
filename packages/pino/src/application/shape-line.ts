import { cleanText, createDenyRule, toJson } from '@deedlog/core';
import type { Flow, IsDenied, Json, RedactOptions } from '@deedlog/core';
import { takeIsRecord } from '../record-being-written.ts';
import { callSite, NO_CALL_SITE } from './call-site.ts';
import type { CallSite } from './call-site.ts';
import { exceptionText, furtherFields } from './exception.ts';
import { headOf, labelsOf, withLabel } from './line-head.ts';
import type { LineHead } from './line-head.ts';
import { cleanNamedText } from './named-values.ts';
import { requestOf } from './request.ts';

export interface LineSettings {
  readonly flow: (() => Flow | undefined) | undefined;
  readonly callSite: boolean;
  readonly redact: RedactOptions | undefined;
  /** See `lineLevels`. */
  readonly levels: Readonly<Record<string, number>>;
  readonly messageKey: string;
  readonly errorKey: string;
}

interface Line {
  readonly text: string;
  readonly head: LineHead;
  readonly place: CallSite;
  readonly isDenied: IsDenied;
}

/**
 * pino's `hooks.streamWrite`: gets the line that pino made of bindings, mixin, what was logged and the message, after the team's own
 * serializers and formatters, and returns the application log record. Here all of them can be told apart and redacted, and none of
 * pino's other options is taken. Never throws.
 */
export function shapeLine(settings: LineSettings): (text: string) => string {
  const labels = labelsOf(settings.levels);
  const isDenied = createDenyRule(settings.redact);
  return (text) => {
    if (takeIsRecord()) return withLabel(text, labels);
    const place = settings.callSite ? callSite() : NO_CALL_SITE;
    const line = applicationLine({ text, head: headOf(text, labels), place, isDenied }, settings);
    return JSON.stringify(line) + (text.endsWith('\r\n') ? '\r\n' : '\n');
  };
}

/** An application log record, in the order of its fields. */
function applicationLine({ text, head, place, isDenied }: Line, settings: LineSettings): Readonly<Record<string, Json>> {
  const { messageKey, errorKey, flow } = settings;
  const { level, timestamp, name, [messageKey]: message, [errorKey]: error, ...extra } = parse(text, messageKey);
  const further = furtherFields(error);
  if (further !== undefined) extra[errorKey] = further;
  if (name !== undefined && typeof name !== 'string') extra['name'] = name;
  // Logged by the application under the names of pino's own.
  if (level !== undefined && level !== head.level) extra['level'] = level;
  if (timestamp !== undefined && timestamp !== head.timestamp) extra['timestamp'] = timestamp;
  return {
    timestamp: head.timestamp,
    level: head.label,
    name: typeof name === 'string' ? cleanText(name) : '',
    path: place.path,
    module: place.module,
    function: place.function,
    message: typeof message === 'string' ? cleanNamedText(message, isDenied) : textOf(message, isDenied),
    exception: exceptionText(error, isDenied),
    request: requestOf(flow),
    extra_fields: Object.keys(extra).length === 0 ? '' : toJson(extra, isDenied),
  };
}

/** What stands in the line; where a serializer of the team wrote what is no JSON, all of it is the message. */
function parse(text: string, messageKey: string): Record<string, Json> {
  try {
    return (LONG_NUMBER.test(text) ? JSON.parse(text, withEveryDigit) : JSON.parse(text)) as Record<string, Json>;
  } catch {
    return { [messageKey]: text.trimEnd() };
  }
}

/** Sixteen digits in a row: perhaps a number that loses some of them when it is read, such as a bigint. */
const LONG_NUMBER = /\d{16}/;

/** A whole number that cannot be kept as one is told as text. */
function withEveryDigit(_key: string, value: Json, { source = '' }: { readonly source?: string } = {}): Json {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value;
}

function textOf(message: Json | undefined, isDenied: IsDenied): string {
  return message === undefined || message === null ? '' : JSON.stringify(toJson(message, isDenied));
}
