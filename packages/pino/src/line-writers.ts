import { symbols } from 'pino';
import { pinoError } from './errors.ts';
import { AUDIT_LEVELS } from './levels.ts';
import type { Line } from './lines/line.ts';
import type { PinoLike } from './pino-like.ts';
import { writeRecords, writingRecord } from './record-being-written.ts';
import { timestampText } from './timestamp.ts';

/** Logs one line. Throws what the destination throws. */
export type WriteLine = (line: Line) => void;

type LevelLogger = Readonly<Record<string, (fields: object, message: string) => void>> & { [key: symbol]: unknown };

/**
 * Writes lines into a logger that may be set up in any way: its key of the message, formatters, redaction, mixin and bindings apply.
 * Throws `PINO_LEVEL_TAKEN`.
 */
export function lineWriter(logger: PinoLike): WriteLine {
  const customLevels = missingLevels(logger);
  const children = new Map<Line['shape'], LevelLogger>();
  const hasTimestamp = writesTimestamp(logger);
  return (line) => {
    const time = timestampText(line.time);
    const fields = hasTimestamp === true ? line.fields : { timestamp: time, ...line.fields };
    let child = children.get(line.shape);
    // A logger with levels of its own only has no `warn`.
    const level = line.level === 'warn' && logger.levels.values['warn'] === undefined ? 'audit' : line.level;
    if (child === undefined) {
      // Its own level: the logger may be set to a higher one, which is about what the application logs.
      child = logger.child({}, { level, ...(customLevels === undefined ? {} : { customLevels }) }) as LevelLogger;
      dropBindings(child, new Set(Object.keys(fields)));
      writeRecords(child);
      children.set(line.shape, child);
    }
    const log = (): void => child[level]?.(fields, line.message);
    if (hasTimestamp === false) log();
    else writingRecord(time, log);
  };
}

/** The levels that the logger does not have; undefined: none. */
function missingLevels({ levels }: PinoLike): Record<string, number> | undefined {
  const missing = Object.entries(AUDIT_LEVELS).filter(([label]) => levels.values[label] === undefined);
  const taken = missing.find(([, value]) => levels.labels[value] !== undefined);
  if (taken !== undefined) throw pinoError('PINO_LEVEL_TAKEN', `${taken[1]} is ${levels.labels[taken[1]]}`);
  return missing.length === 0 ? undefined : Object.fromEntries(missing);
}

/**
 * Whether the logger itself puts `timestamp` on each line; a second one would make its meaning a parser's choice. Undefined: not known,
 * of another copy of pino.
 */
function writesTimestamp(logger: PinoLike): boolean | undefined {
  const time = (logger as { readonly [symbols.timeSym]?: unknown })[symbols.timeSym];
  return typeof time === 'function' ? String(time()).startsWith(',"timestamp"') : undefined;
}

/**
 * pino writes bindings before fields and lets both have the same name, which not every reader of JSON takes. Where pino keeps them is
 * documented as semi-public (pino 10, docs/api.md "pino.symbols"); under another pino they stay.
 */
function dropBindings(child: LevelLogger, names: ReadonlySet<string>): void {
  const written = child[symbols.chindingsSym];
  if (typeof written !== 'string') return;
  const bindings = JSON.parse(`{${written.slice(1)}}`) as Record<string, unknown>;
  const kept = Object.entries(bindings).filter(([name]) => !names.has(name));
  child[symbols.chindingsSym] = kept.map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`).join('');
}
