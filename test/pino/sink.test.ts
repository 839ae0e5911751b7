import { Writable } from 'node:stream';
import { createDeedlog, createId, DATA_SUBJECT, memoryReader, memoryStore, queuedSink, recordReads, userActor } from '@deedlog/core';
import type { DeedlogError } from '@deedlog/core';
import { pinoOptions, pinoSink } from '@deedlog/pino';
import { pino } from 'pino';
import type { LoggerOptions } from 'pino';
import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../contract/reader.ts';
import { sampleActivity } from '../contract/sample-activity.ts';
import { turns, until } from '../core/support/gated-sink.ts';
import { plantedSecret } from '../support/secrets.ts';
import { CRUD, EXTERNAL_REQUEST, faultsOf, INTERNAL_REQUEST } from './documented-fields.ts';
import { externalRequest, lines, sampleEffect, sampleRequest } from './support.ts';
import type { Lines } from './support.ts';

/** The lines that one record of each kind makes in a logger that is set up like this. */
async function written(options: LoggerOptions, out: Lines = lines()): Promise<Lines> {
  const sink = pinoSink(pino(options, out), { queue: false });
  await sink.write([sampleActivity(), sampleActivity({ action: 'patient.view' })]);
  await sink.writeEffects?.([sampleEffect()]);
  await sink.writeRequests?.([sampleRequest(), externalRequest()]);
  await sink.noteLoss?.({ dropped: 3, from: new Date('2026-11-21T10:00:00Z'), until: new Date('2026-11-21T10:00:05Z') });
  return out;
}

describe('a logger of the team', () => {
  test('without the levels gets them for the lines alone', async () => {
    const out = lines();
    const logger = pino({}, out);
    await pinoSink(logger, { queue: false }).write([sampleActivity()]);
    expect(out.parsed[0]).toMatchObject({ level: 31, time: expect.any(Number) as number, msg: 'approved {target.label}' });
    expect(logger.levels.values).not.toHaveProperty('audit');
  });

  test('has every documented field, its time included, beside its own', async () => {
    const { parsed } = await written({});
    const [, view, effect, internal, external, loss] = parsed.map((line): Record<string, unknown> => ({ ...line, level: String(line['level']), message: line['msg'] }));
    expect([faultsOf(view!, CRUD), faultsOf(effect!, CRUD), faultsOf(internal!, INTERNAL_REQUEST), faultsOf(external!, EXTERNAL_REQUEST)]).toEqual([[], [], [], []]);
    expect(effect).toMatchObject({ timestamp: '2026-11-21 10:11:12.345', pid: process.pid });
    expect(loss).toMatchObject({ level: '40', name: 'audit.delivery', dropped: 3, from: '2026-11-21T10:00:00.000Z', until: '2026-11-21T10:00:05.000Z', message: '3 audit records were dropped before they could be written' });
  });

  test('keeps its message key, formatters, redaction, serializers, mixin and prefix', async () => {
    const { parsed } = await written({
      messageKey: 'text',
      msgPrefix: '[audit] ',
      formatters: { level: (label) => ({ severity: label }), log: (object) => ({ ...object, seen: true }) },
      redact: ['user.label'],
      serializers: { tenant: (tenant) => `<${String(tenant)}>` },
      mixin: () => ({ cluster: 'west' }),
    });
    expect(parsed[2]).toMatchObject({ severity: 'audit', text: '[audit] UPDATE event for Patient (id: 7)', seen: true, tenant: '<acme>', cluster: 'west', user: { label: '[Redacted]' } });
  });

  test.each(['error', 'silent'])('of level %s gets the lines all the same', async (level) => {
    expect((await written({ level })).parsed).toHaveLength(6);
    expect((await written({ ...pinoOptions(), level })).parsed.map((line) => line['level'])).toEqual(['AUDIT', 'AUDIT', 'AUDIT', 'API', 'API', 'WARN']);
  });

  test('of levels audit and api with values of its own keeps them', async () => {
    expect((await written({ customLevels: { audit: 35, api: 36 } })).parsed.map(({ level }) => level)).toEqual([35, 35, 35, 36, 36, 40]);
  });

  test('of custom levels only gets the lines', async () => {
    const out = lines();
    const logger = pino({ customLevels: { notice: 20, alarm: 60 }, useOnlyCustomLevels: true, level: 'alarm' }, out);
    const sink = pinoSink(logger, { queue: false });
    await sink.write([sampleActivity()]);
    await sink.noteLoss?.({ dropped: 1, from: new Date(), until: new Date() });
    expect(out.parsed).toMatchObject([{ level: 31 }, { level: 31, name: 'audit.delivery' }]);
  });

  test('of levels that count downwards gets the lines', async () => {
    const out = lines();
    const logger = pino({ levelComparison: 'DESC', level: 'info' }, out);
    const sink = pinoSink(logger, { queue: false });
    await sink.write([sampleActivity()]);
    await sink.writeRequests?.([sampleRequest()]);
    expect(out.parsed).toMatchObject([{ level: 31 }, { level: 32 }]);
  });

  test('with another level of the same value is refused', () => {
    expect(() => pinoSink(pino({ customLevels: { notice: 32 } }, lines()))).toThrow(expect.objectContaining({ code: 'PINO_LEVEL_TAKEN', message: expect.stringContaining('32 is notice') as string }) as Error);
  });

  test('has no field twice on a line, whatever its bindings are', async () => {
    const names = ['name', 'model', 'user', 'id', 'tenant', 'source', 'record', 'service_name', 'dropped'];
    const out = lines();
    const bindings = Object.fromEntries(names.map((name) => [name, 'of the logger']));
    const logger = pino({ ...pinoOptions(), name: 'ward' }, out).child({ ...bindings, cluster: 'west' });
    const sink = pinoSink(logger, { queue: false });
    await sink.write([sampleActivity(), sampleActivity({ action: 'patient.view' })]);
    await sink.writeEffects?.([sampleEffect()]);
    await sink.writeRequests?.([sampleRequest()]);
    await sink.noteLoss?.({ dropped: 1, from: new Date(), until: new Date() });
    expect(out.texts).toHaveLength(5);
    for (const text of out.texts) expect(topLevelKeys(text)).toEqual([...new Set(topLevelKeys(text))]);
    expect(out.parsed.map(({ cluster }) => cluster)).toEqual(Array(5).fill('west'));
    expect(out.parsed[3]).toMatchObject({ tenant: 'acme', source: 'of the logger' });
    logger.info('x');
    expect(out.parsed[5]).toMatchObject({ name: 'of the logger', extra_fields: { tenant: 'of the logger', model: 'of the logger' } });
  });

  test('of another copy of pino, which does not show its time, has no other time on the line', async () => {
    const out = lines();
    const logger = pino(pinoOptions(), out);
    const other = { levels: logger.levels, child: (bindings: object, options: { level: string }) => logger.child(bindings, options), flush: (callback: () => void) => callback() };
    await pinoSink(other, { queue: false }).writeEffects?.([sampleEffect()]);
    expect(out.texts.join('').match(/"timestamp":"[^"]*"/g)).toEqual(Array(2).fill('"timestamp":"2026-11-21 10:11:12.345"'));
  });

  test('that fails on one record has the lines of the others, and the write is refused', async () => {
    const out = lines();
    const tenant = (name: string): string => {
      if (name === 'broken') throw new Error('no such tenant');
      return name;
    };
    const sink = pinoSink(pino({ serializers: { tenant } }, out), { queue: false });
    await expect(sink.write(['a', 'broken', 'b'].map((name) => sampleActivity({ tenant: name })))).rejects.toThrow('no such tenant');
    expect(out.parsed.map((line) => line['tenant'])).toEqual(['a', 'b']);
  });

  test('that fails on one record is not given more than its destination takes', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<() => void>();
    const slow = new Writable({ write: (_chunk, _encoding, done) => ask(done) });
    const broken = (): never => { throw new Error('no such tenant'); };
    const sink = pinoSink(pino({ serializers: { tenant: (name: string) => (name === 'broken' ? broken() : name) } }, slow), { queue: false });
    let ended = false;
    const write = Promise.resolve(sink.write(['a', 'broken'].map((tenant) => sampleActivity({ tenant })))).finally(() => (ended = true));
    const refused = expect(write).rejects.toThrow('no such tenant');
    const done = await asked;
    await turns();
    expect(ended).toBe(false);
    done();
    await refused;
  });

  test('writes its own lines as before, also between those of records', async () => {
    const out = lines();
    const logger = pino(pinoOptions(), out);
    const describeUser = () => {
      logger.info('from the describer');
      return {};
    };
    const sink = pinoSink(logger, { user: describeUser, queue: false });
    await sink.write([sampleActivity()]);
    logger.info('after');
    expect(out.parsed.map(({ message, extra_fields: extra }) => [message, extra])).toEqual([['from the describer', ''], ['approved {target.label}', undefined], ['after', '']]);
  });
});

describe('a line of the application that is logged while one of a record is made', () => {
  const secret = plantedSecret('meanwhile');
  const other = lines();
  const aside = pino(pinoOptions(), other);
  const log = () => aside.info({ password: secret }, 'meanwhile');

  test.each<[string, LoggerOptions, ((text: string) => void)?]>([
    ['by a mixin', { mixin: () => { log(); return {}; } }],
    ['by a serializer', { serializers: { tenant: (tenant: string) => { log(); return tenant; } } }],
    ['by a formatter', { formatters: { log: (fields) => { log(); return fields; } } }],
    ['by a formatter of a logger with a time of its own', { timestamp: pino.stdTimeFunctions.isoTime, formatters: { log: (fields) => { log(); return fields; } } }],
    ['by the destination', {}, log],
  ])('%s is one of the application, with its own time and without secrets', async (_, mine, write = () => undefined) => {
    const out = lines();
    const destination = { write: (text: string) => { write(text); out.write(text); } };
    const before = new Date().toISOString().replace('T', ' ');
    await pinoSink(pino({ ...pinoOptions(), ...mine }, destination), { queue: false }).writeEffects?.([sampleEffect()]);
    const line = other.parsed.at(-1);
    expect(line).toMatchObject({ level: 'INFO', message: 'meanwhile', extra_fields: { password: '***REDACTED***' } });
    expect(String(line?.['timestamp']) >= before.slice(0, 23)).toBe(true);
    expect(other.texts.join('')).not.toContain(secret);
    expect(out.parsed).toMatchObject([{ level: 'AUDIT', name: 'audit.crud', timestamp: '2026-11-21 10:11:12.345', record: 'effect' }]);
  });
});

/** The names at the top level of a JSON text, as often as they stand there. */
function topLevelKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g)) {
    if ('{['.includes(token)) depth++;
    else if ('}]'.includes(token)) depth--;
    else if (depth === 1 && token.endsWith(':')) keys.push(token.slice(0, -1));
  }
  return keys;
}

describe('behind its queue', () => {
  test('of rows that effects tell of it remembers so many and no more, and of one activity the first', async () => {
    const out = lines();
    const sink = pinoSink(pino(pinoOptions(), out), { queue: { capacity: 10, onProblem: () => undefined } });
    const changed = (activityId: string, rows: number): void => {
      for (let first = 0; first < rows; first += 1000) sink.writeEffects?.(Array.from({ length: 1000 }, (_, index) => sampleEffect({ activityId, targetId: String(first + index) })));
    };
    const told = sampleActivity({ action: 'patient.update', observer: 'manual', targetType: 'Patient', targetId: '0' });
    const settled = async (): Promise<void> => until(() => sink.counters.waiting + sink.counters.underWay === 0);
    changed(told.id, 300_000);
    await settled();
    sink.write([told]);
    await settled();
    expect(out.parsed.at(-1)).toMatchObject({ id: told.id, name: 'audit.activity' });
    changed(told.id, 1000);
    for (let other = 0; other < 10; other++) changed(createId(), 50_000);
    await settled();
    sink.write([told]);
    await sink.close();
    expect(out.parsed.at(-1)).toMatchObject({ id: told.id, name: 'audit.crud' });
  }, 30_000);

  test('a write returns at once, and close waits for the lines', async () => {
    const out = lines();
    const sink = pinoSink(pino(pinoOptions(), out));
    expect(sink.write([sampleActivity(), sampleActivity()])).toBeUndefined();
    expect(out.texts).toHaveLength(0);
    await sink.close();
    expect(out.texts).toHaveLength(2);
    expect(sink.counters).toMatchObject({ written: 2, dropped: 0, failed: 0 });
  });

  test('what is flushed before the process ends is written', () => {
    const out = lines();
    const sink = pinoSink(pino(pinoOptions(), out));
    sink.write([sampleActivity()]);
    sink.writeRequests?.([sampleRequest()]);
    sink.flushSync();
    expect(out.parsed.map(({ name }) => name)).toEqual(['audit.activity', 'audit.request']);
  });

  test('records beyond its bound are dropped, and a line says how many', async () => {
    const out = lines();
    const problems: DeedlogError[] = [];
    const sink = pinoSink(pino(pinoOptions(), out), { queue: { capacity: 2, onProblem: (problem) => problems.push(problem) } });
    for (let turn = 0; turn < 5; turn++) sink.write([sampleActivity()]);
    await expect.poll(() => out.texts.length).toBe(3);
    sink.write([sampleActivity()]);
    await sink.close();
    expect(sink.counters).toMatchObject({ written: 3, dropped: 3 });
    expect(out.parsed.map(({ name }) => name)).toEqual(['audit.activity', 'audit.activity', 'audit.delivery', 'audit.activity']);
    expect(out.parsed[2]).toMatchObject({ level: 'WARN', dropped: 3 });
    expect(problems.length).toBeGreaterThan(0);
  });

  test('a full disk is counted', async () => {
    const sink = pinoSink(pino(pinoOptions(), pino.destination({ dest: '/dev/full', sync: false })), { queue: { onProblem: () => undefined } });
    sink.write([sampleActivity(), sampleActivity()]);
    await expect.poll(() => sink.counters.failed).toBe(2);
    await sink.close();
  });

  test('false is none: the queue can be another', async () => {
    const out = lines();
    const sink = queuedSink(pinoSink(pino(pinoOptions(), out), { queue: false }));
    sink.write([sampleActivity()]);
    await sink.close();
    expect(out.texts).toHaveLength(1);
  });

  test('wrong bounds are refused', () => {
    expect(() => pinoSink(pino({}, lines()), { queue: { capacity: 0 } })).toThrow(expect.objectContaining({ code: 'SINK_OPTION_INVALID' }) as Error);
  });
});

describe('with deedlog', () => {
  function ward() {
    const [out, store] = [lines(), memoryStore()];
    const deedlog = createDeedlog({ actor: () => undefined, store, sinks: [pinoSink(pino(pinoOptions(), out))] });
    return { out, store, deedlog, actor: userActor('7', { label: 'Ada' }) };
  }

  test('creates, updates and deletes that are told by helpers have the documented shape, with values and without', async () => {
    const { out, deedlog, actor } = ward();
    await deedlog.run({ actor }, async () => {
      await deedlog.auditCreate({ target: { type: 'Patient', id: 1 }, data: { name: 'Ann' }, fields: ['name'] });
      await deedlog.auditUpdate({ target: { type: 'Patient', id: 1 }, before: { name: 'Ann' }, data: { name: 'Anna' }, fields: ['name'], metadata: { ward: 'west' } });
      await deedlog.auditDelete({ target: { type: 'Patient', id: 1 } });
    });
    await deedlog.close();
    expect(out.parsed.map((line) => faultsOf(line, CRUD))).toEqual([[], [], []]);
    expect(out.parsed.map(({ event_type: type, message, extra }) => [type, message, extra])).toEqual([
      ['CREATE', 'CREATE event for Patient (id: 1)', {}],
      ['UPDATE', 'UPDATE event for Patient (id: 1)', { ward: 'west' }],
      ['DELETE', 'DELETE event for Patient (id: 1)', {}],
    ]);
  });

  test('a read of the log is told as read', async () => {
    const { out, store, deedlog } = ward();
    const reader = recordReads(memoryReader(store), { deedlog, people: ['Patient'] });
    await reader.as({ ...EVERYTHING, reader: userActor('9') }).history({ type: 'Patient', id: '1' });
    await deedlog.close();
    expect(out.parsed).toMatchObject([{ name: 'audit.crud', event_type: 'READ', model: 'Patient', instance_id: '1', user: { id: '9' }, action: 'audit.read', related: [{ role: DATA_SUBJECT }] }]);
  });

  test('an activity of its own is one line', async () => {
    const { out, deedlog, actor } = ward();
    await deedlog.run({ actor }, () => deedlog.trackActivity({ action: 'bed.free', target: { type: 'Bed', id: 3 } }));
    await deedlog.close();
    expect(out.parsed).toMatchObject([{ name: 'audit.activity', action: 'bed.free', message: 'bed.free Bed (id: 3): success', user: { id: '7', label: 'Ada' } }]);
  });
});
