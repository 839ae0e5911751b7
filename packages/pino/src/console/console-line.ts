import { safeText } from '@deedlog/core';
import { prettyFactory } from 'pino-pretty';
import type { PrettyOptions } from 'pino-pretty';

/** Longest text of a field on the console, in characters. */
const MAX_TEXT = 4_000;

/** The console's own bound for a line of JSON before it is read, in characters: `safeText` marks what it cuts. */
const MAX_LINE = 64 * 1024 * 1024;

type Colors = Parameters<Exclude<PrettyOptions['messageFormat'], string | false | undefined>>[3]['colors'];

/**
 * Makes a line of JSON readable, in the order of django-activity-audit's console: level, time, path, module, function and message; an
 * exception stands below, indented. No text in it can drive the terminal or begin a line of its own.
 */
export function consoleLine(colors: boolean): (line: string) => string {
  const pretty = prettyFactory({
    colorize: colors,
    customColors: { message: 'reset' },
    hideObject: true,
    // Told by the message format, in its place; whatever else there is stands in the files.
    include: 'message',
    messageFormat: (...[log, , , { colors: palette }]) => readable(log, palette),
  });
  return (line) => pretty(safeText(line.trimEnd(), MAX_LINE));
}

function readable(log: Readonly<Record<string, unknown>>, colors: Colors): string {
  const level = textOf(log['level']);
  const words = [colored(level, colors), ...['timestamp', 'path', 'module', 'function', 'message'].map((field) => textOf(log[field]))];
  const exception = textOf(log['exception']);
  return `${words.filter((word) => word !== '').join(' ')}${exception === '' ? '' : `\n    ${exception}`}`;
}

/** What follows a line break is indented: no text can look like another line of the log. */
function textOf(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return safeText(value, MAX_TEXT).trimEnd().replaceAll(/\r\n|\r|\n|\u2028|\u2029/g, '\n    ');
}

function colored(level: string, colors: Colors): string {
  switch (level) {
    case 'FATAL':
    case 'ERROR':
      return colors.red(level);
    case 'WARN':
      return colors.yellow(level);
    case 'AUDIT':
      return colors.magenta(level);
    case 'API':
      return colors.cyan(level);
    case 'INFO':
      return colors.green(level);
    default:
      return colors.gray(level);
  }
}
