import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUDIT_LEVELS, lineLevels, pinoOptions, pinoSink } from '@deedlog/pino';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lines, parseLine, sampleRequest } from './support.ts';

describe('levels', () => {
  test('audit and api stand between info and warn', () => {
    const { values } = pino(pinoOptions(), lines()).levels;
    expect([values['info'], values['audit'], values['api'], values['warn']].map(Number)).toEqual([30, 31, 32, 40]);
    expect(AUDIT_LEVELS).toEqual({ audit: 31, api: 32 });
  });

  test('of the team stand beside them, on the line too', () => {
    const out = lines();
    const logger = pino(pinoOptions({ customLevels: { notice: 35, detail: 31.5 } }), out);
    logger.notice('n');
    logger.detail('d');
    logger.audit('a');
    expect(out.parsed.map(({ level, extra_fields: extra }) => [level, extra])).toEqual([['NOTICE', ''], ['DETAIL', ''], ['AUDIT', '']]);
    expect(lineLevels({ notice: 35 })).toMatchObject({ notice: 35, NOTICE: 35, audit: 31, AUDIT: 31, WARN: 40 });
  });

  test('audit and api can have values of their own, where theirs are taken', async () => {
    const out = lines();
    const logger = pino(pinoOptions({ customLevels: { notice: 31, audit: 35, api: 36 } }), out);
    logger.notice('n');
    logger.audit('a');
    await pinoSink(logger, { queue: false }).writeRequests?.([sampleRequest()]);
    expect(out.parsed.map(({ level }) => level)).toEqual(['NOTICE', 'AUDIT', 'API']);
  });
});

describe('in an existing set-up', () => {
  test('formatters, serializers, redaction, base and mixin of the team apply', () => {
    const out = lines();
    const logger = pino(
      {
        ...pinoOptions(),
        base: { service: 'ward' },
        formatters: { level: (label) => ({ level: label }), log: (object) => ({ ...object, seen: true }), bindings: (bindings) => ({ ...bindings, host: 'h' }) },
        serializers: { bed: (bed: { id: number }) => bed.id },
        redact: ['ward.head'],
        mixin: () => ({ trace: 't' }),
      },
      out,
    );
    logger.info({ bed: { id: 3 }, ward: { head: 'Ann', name: 'west' } }, 'x');
    expect(out.parsed[0]).toMatchObject({ level: 'INFO', extra_fields: { service: 'ward', host: 'h', bed: 3, ward: { head: '[Redacted]', name: 'west' }, seen: true, trace: 't' } });
  });

  test('its own keys of message and error are given to pinoOptions', () => {
    const out = lines();
    const logger = pino(pinoOptions({ messageKey: 'msg', errorKey: 'error' }), out);
    logger.error({ error: new Error('no bed'), message: 'kept apart' }, 'hello');
    expect(out.parsed[0]).toMatchObject({ message: 'hello', exception: expect.stringMatching(/^Error: no bed/) as string, extra_fields: { message: 'kept apart' } });
  });

  test('with its own key beside them the message is among the extra fields', () => {
    const out = lines();
    pino({ ...pinoOptions(), messageKey: 'msg' }, out).info('hello');
    expect(out.parsed[0]).toMatchObject({ message: '', extra_fields: { msg: 'hello' } });
  });

  test('with a time of its own the line has one', () => {
    const out = lines();
    pino({ ...pinoOptions(), timestamp: pino.stdTimeFunctions.isoTime }, out).info('hello');
    expect(out.parsed[0]).toMatchObject({ timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:/) as string, extra_fields: { time: expect.any(String) as string } });
  });
});

describe('several transport targets', () => {
  const warnings: unknown[] = [];
  process.on('warning', (warning) => warnings.push(warning));

  test.each(['in the options', 'as a stream'])('%s get each line by its level, and pino does not object', async (form) => {
    const directory = mkdtempSync(join(tmpdir(), 'deedlog-pino-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = (name: string): string => join(directory, name);
    const targets = [
      { target: 'pino/file', level: 'trace', options: { destination: file('all') } },
      { target: 'pino/file', level: 'api', options: { destination: file('api') } },
      { target: 'pino/file', level: 'error', options: { destination: file('error') } },
    ];
    const options = { ...pinoOptions(), level: 'trace' } as const;
    const stream = form === 'as a stream' ? pino.transport<Record<string, unknown>>({ targets, levels: lineLevels() }) : undefined;
    const logger = stream === undefined ? pino({ ...options, transport: { targets } }) : pino(options, stream);
    for (const level of ['debug', 'info', 'audit', 'api', 'warn', 'error'] as const) logger[level]('x');
    const worker = (logger as unknown as { [pino.symbols.streamSym]: EventEmitter & { end(): void } })[pino.symbols.streamSym];
    worker.end();
    await once(worker, 'close');
    const levels = (name: string): unknown[] => readFileSync(file(name), 'utf8').split(/(?<=\n)/).map((text) => parseLine(text)['level']);
    expect(levels('all')).toEqual(['DEBUG', 'INFO', 'AUDIT', 'API', 'WARN', 'ERROR']);
    expect(levels('api')).toEqual(['API', 'WARN', 'ERROR']);
    expect(levels('error')).toEqual(['ERROR']);
    expect(warnings).toEqual([]);
  });

  test('of multistream get each line by its level', () => {
    const [all, api] = [lines(), lines()];
    const logger = pino({ ...pinoOptions(), level: 'trace' }, pino.multistream([{ level: 'trace', stream: all }, { level: 'api', stream: api }], { levels: AUDIT_LEVELS }));
    for (const level of ['debug', 'audit', 'api', 'warn'] as const) logger[level]('x');
    expect(all.parsed.map(({ level }) => level)).toEqual(['DEBUG', 'AUDIT', 'API', 'WARN']);
    expect(api.parsed.map(({ level }) => level)).toEqual(['API', 'WARN']);
  });
});
