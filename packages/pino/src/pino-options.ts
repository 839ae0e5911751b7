import type { Flow, RedactOptions } from '@deedlog/core';
import { shapeLine } from './application/shape-line.ts';
import { AUDIT_LEVELS, lineLevels } from './levels.ts';
import type { AuditLevel } from './levels.ts';
import { takeTimeOfRecord } from './record-being-written.ts';
import { timestampText } from './timestamp.ts';

export interface ApplicationLogOptions<Custom extends string = never> {
  /** The flow that runs, which fills `request`: `() => deedlog.currentFlow()`. Default: `request` is ''. */
  readonly flow?: (() => Flow | undefined) | undefined;
  /** Whether `path`, `module` and `function` tell where the line was logged; false: they are '', and a line costs about 10 µs less. Default true. */
  readonly callSite?: boolean | undefined;
  /** Key names whose values no line of the application has, beside the default deny-list. */
  readonly redact?: RedactOptions | undefined;
  /** Further levels of your own; `audit` and `api` among them where 31 or 32 is taken. */
  readonly customLevels?: Readonly<Record<Custom, number>> | undefined;
  /** Where pino puts the message. Default `message`. */
  readonly messageKey?: string | undefined;
  /** Where pino puts an error. Default `err`. */
  readonly errorKey?: string | undefined;
}

/** Some of pino's `LoggerOptions`. */
export interface PinoOptions<Custom extends string = never> {
  readonly customLevels: Record<AuditLevel | Custom, number>;
  /** The labels by which pino's worker chooses among `transport.targets` (pino 10; not in its types). */
  readonly levels: Record<string, number>;
  readonly messageKey: string;
  readonly errorKey: string;
  /** No process id and no host name. */
  readonly base: Record<string, never>;
  readonly timestamp: () => string;
  readonly hooks: { readonly streamWrite: (line: string) => string };
}

/**
 * Options for pino: the levels `audit` and `api`, and the fields of an application log record on every line of the logger and of its
 * children, redacted. They take the place of no formatter, serializer, mixin or `redact` of yours:
 * `pino({ ...pinoOptions({ flow: () => deedlog.currentFlow() }), ...mine })`. Give `customLevels`, `messageKey` and `errorKey` to this
 * function, and keep its `hooks.streamWrite` beside hooks of your own. A type for `mine` is `LoggerOptions<AuditLevel>`.
 */
export function pinoOptions<Custom extends string = never>(options: ApplicationLogOptions<Custom> = {}): PinoOptions<Custom> {
  const { flow, callSite = true, redact, customLevels, messageKey = 'message', errorKey = 'err' } = options;
  const levels = lineLevels(customLevels);
  const shaped = shapeLine({ flow, callSite, redact, levels, messageKey, errorKey });
  return {
    customLevels: { ...AUDIT_LEVELS, ...customLevels } as Record<AuditLevel | Custom, number>,
    levels,
    messageKey,
    errorKey,
    base: {},
    timestamp: () => `,"timestamp":"${takeTimeOfRecord() ?? timestampText(new Date())}"`,
    hooks: { streamWrite: shaped },
  };
}
