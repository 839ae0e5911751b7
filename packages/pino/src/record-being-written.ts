import { symbols } from 'pino';

/**
 * pino calls the functions of its options without telling them for whom. They run within the call that logs, so that what is being
 * written can stand here meanwhile. Each is taken by the first who asks: what a mixin, serializer, formatter or destination of the
 * application logs during that call is a line of the application.
 */
let timestamp: string | undefined;
let isRecord = false;

/** Runs `write`, which logs the line of a record that stands for this time. */
export function writingRecord(time: string, write: () => void): void {
  timestamp = time;
  try {
    write();
  } finally {
    timestamp = undefined;
  }
}

/** The time of the record whose line is being written: pino asks for it first. Undefined: the line is the application's own. */
export function takeTimeOfRecord(): string | undefined {
  const time = timestamp;
  timestamp = undefined;
  return time;
}

/** Makes known to {@link takeIsRecord} which lines this logger writes: pino's `hooks.streamWrite` is asked last. */
export function writeRecords(logger: { [key: symbol]: unknown }): void {
  const hooks = logger[symbols.hooksSym] as { readonly streamWrite?: (text: string) => string } | undefined;
  const shape = hooks?.streamWrite;
  if (shape === undefined) return;
  const streamWrite = (text: string): string => {
    isRecord = true;
    try {
      return shape(text);
    } finally {
      isRecord = false;
    }
  };
  logger[symbols.hooksSym] = { ...hooks, streamWrite };
}

/** Whether the line that is handed to the destination is one of a record. */
export function takeIsRecord(): boolean {
  const taken = isRecord;
  isRecord = false;
  return taken;
}
