// Compiled, not run: what must not compile stands under @ts-expect-error.
import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { QueuedSink, Sink } from '@deedlog/core';
import { AUDIT_LEVELS, pinoOptions, pinoSink } from '@deedlog/pino';
import type { AuditLevel, PinoLike } from '@deedlog/pino';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { Logger, LoggerOptions } from 'pino';

const deedlog = createDeedlog({ actor: () => userActor(7), store: memoryStore() });

export function readyMade(): void {
  const logger = pino(pinoOptions({ flow: () => deedlog.currentFlow(), callSite: false, redact: { deny: ['diagnosis'] } }));
  logger.audit({ ward: 3 }, 'moved');
  logger.api('called %s', 'apollo');
  logger.child({ job: 'nightly' }).audit('done');
  // @ts-expect-error no such level
  logger.notice('x');
  const typed: Logger<AuditLevel> = logger;
  typed.info('x');
}

export function besideOptionsOfOnesOwn(mine: LoggerOptions<AuditLevel>): void {
  const inline = pino({
    ...pinoOptions(),
    name: 'ward',
    level: 'debug',
    base: { service: 'ward' },
    redact: ['ward.head'],
    formatters: { log: (object) => ({ ...object, seen: true }) },
    serializers: { bed: (bed: { id: number }) => bed.id },
    mixin: () => ({ trace: 't' }),
    hooks: { ...pinoOptions().hooks, logMethod: function hook(args, method) { method.apply(this, args); } },
    transport: { targets: [{ target: 'pino/file', level: 'audit' }] },
  });
  inline.audit('x');
  inline.api('x');
  const spread = pino({ ...pinoOptions(), ...mine });
  spread.audit('x');
}

export function levelsOfOnesOwn(): void {
  const logger = pino(pinoOptions({ customLevels: { notice: 35 } }));
  logger.notice('x');
  logger.audit('x');
  // @ts-expect-error neither here nor there
  logger.alarm('x');
  const levels: Record<AuditLevel, number> = AUDIT_LEVELS;
  pino({ customLevels: { ...levels }, useOnlyCustomLevels: true, level: 'audit' }).api('x');
}

/** Every logger that pino makes fits, whatever its levels are, and Fastify's. */
export function fits(bare: Logger, ready: Logger<AuditLevel>, only: Logger<'notice', true>, fastify: FastifyInstance): readonly (PinoLike | Sink)[] {
  return [bare, ready, only, pino(), pinoSink(bare), pinoSink(ready), pinoSink(only), pinoSink(fastify.log as Logger)];
}

export function queues(logger: Logger): void {
  const queued: QueuedSink = pinoSink(logger, { user: (actor) => ({ title: actor.kind, email: actor.id }), queue: { capacity: 10, overflow: 'wait' } });
  const raw: Sink = pinoSink(logger, { queue: false });
  createDeedlog({ actor: () => undefined, store: memoryStore(), sinks: [queued, raw] });
  const counting = (sink: QueuedSink): number => sink.counters.dropped;
  counting(queued);
  // @ts-expect-error without a queue it counts nothing
  counting(pinoSink(logger, { queue: false }));
  // @ts-expect-error not a field of user
  pinoSink(logger, { user: () => ({ password: 'x' }) });
}
