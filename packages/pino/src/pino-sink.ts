import type { QueuedSink, QueuedSinkOptions, Sink } from '@deedlog/core';
import { lineSink } from './line-sink.ts';
import type { DescribeUser } from './lines/user-fields.ts';
import type { PinoLike } from './pino-like.ts';
import { queuedLines } from './queued-lines.ts';
import { ToldByEffects } from './told-by-effects.ts';
import { warn } from './warn.ts';

export interface PinoSinkOptions {
  /** Fills `user` with what your application knows of a person. Default: id, kind and label only; the other fields are '' or null. */
  readonly user?: DescribeUser | undefined;
  /** Of the queue before the logger: see `queuedSink`. False: none, and each write is made at once, so that an activity's line cannot depend on its effects. Default: its defaults. */
  readonly queue?: QueuedSinkOptions | false | undefined;
}

/**
 * Writes one line for each activity, effect and request into a pino logger, behind a queue, at the levels `audit` and `api`, which it
 * adds for itself where the logger has none. It writes whatever level the logger is set to. Throws `PINO_LEVEL_TAKEN`, and
 * `SINK_OPTION_INVALID` for wrong options of the queue.
 *
 * A write settles when the logger's destination has the lines. It rejects with the error that the logger throws on a record, of which the
 * other lines are written all the same, or that the destination reports. From now on an error of the destination is no
 * uncaught one: where it concerns no record it is `PINO_DESTINATION_FAILED` for the queue's `onProblem`, else a process warning.
 */
export function pinoSink(logger: PinoLike, options: PinoSinkOptions & { readonly queue: false }): Sink;
export function pinoSink(logger: PinoLike, options?: PinoSinkOptions & { readonly queue?: QueuedSinkOptions | undefined }): QueuedSink;
export function pinoSink(logger: PinoLike, { user, queue }: PinoSinkOptions = {}): Sink {
  return queue === false ? lineSink(logger, { user, told: new ToldByEffects(), report: warn }) : queuedLines(logger, { user, queue });
}
