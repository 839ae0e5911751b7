import type { Sink } from '@deedlog/core';
import { Destination } from './destination.ts';
import type { Report } from './destination.ts';
import { lineWriter } from './line-writers.ts';
import type { WriteLine } from './line-writers.ts';
import { activityLine } from './lines/activity-line.ts';
import { effectLine } from './lines/effect-line.ts';
import type { Line } from './lines/line.ts';
import { lossLine } from './lines/loss-line.ts';
import { requestLine } from './lines/request-line.ts';
import type { DescribeUser } from './lines/user-fields.ts';
import type { PinoLike } from './pino-like.ts';
import type { ToldByEffects } from './told-by-effects.ts';

export interface LineSinkOptions {
  readonly user: DescribeUser | undefined;
  readonly told: ToldByEffects;
  readonly report: Report;
}

/** Writes each record as a line at once. Throws `PINO_LEVEL_TAKEN`. */
export function lineSink(logger: PinoLike, { user, told, report }: LineSinkOptions): Sink {
  const writeLine = lineWriter(logger);
  const destination = new Destination(logger, report);
  const write = (lines: readonly Line[]): Promise<void> => destination.write(() => writeAll(lines, writeLine));
  return {
    name: 'pino',
    write: (activities) => write(activities.map((activity) => activityLine(activity, { user, isTold: told.tells(activity) }))),
    writeEffects: (effects) => write(effects.map((effect) => effectLine(effect, user))),
    writeRequests: (requests) => write(requests.map((request) => requestLine(request, user))),
    noteLoss: (loss) => write([lossLine(loss)]),
    flushSync: () => destination.flushSync(),
  };
}

/** One record that the logger's own serializers or mixin fail on must not cost the others their lines. */
function writeAll(lines: readonly Line[], writeLine: WriteLine): void {
  let failure: { readonly error: unknown } | undefined;
  for (const line of lines) {
    try {
      writeLine(line);
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}
