import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import { pinoOptions } from '@deedlog/pino';
import type { ApplicationLogOptions, AuditLevel } from '@deedlog/pino';
import { pino } from 'pino';
import type { LoggerOptions } from 'pino';
import { describe, expect, test } from 'vitest';
import { plantedSecret } from '../support/secrets.ts';
import { APPLICATION, faultsOf } from './documented-fields.ts';
import { lines, parseLine } from './support.ts';

function app(options?: ApplicationLogOptions, mine: LoggerOptions<AuditLevel> = {}) {
  const out = lines();
  const logger = pino({ ...pinoOptions(options), ...mine }, out);
  return { logger, out, last: () => parseLine(out.texts.at(-1) ?? '') };
}

describe('a line of the application', () => {
  test('has the documented fields, in their order, and no other', () => {
    const { logger, last } = app();
    logger.info('hello');
    expect(Object.keys(last())).toEqual(Object.keys(APPLICATION));
    expect(faultsOf(last(), APPLICATION)).toEqual([]);
    expect(last()).toMatchObject({ level: 'INFO', name: '', message: 'hello', exception: '', request: '', extra_fields: '' });
  });

  test.each(['trace', 'debug', 'info', 'audit', 'api', 'warn', 'error', 'fatal'] as const)('of level %s has its label', (level) => {
    const { logger, last } = app({}, { level: 'trace' });
    logger[level]('x');
    expect(last()).toMatchObject({ level: level.toUpperCase() });
  });

  test('tells its time in UTC', () => {
    const { logger, last } = app();
    const before = Date.now();
    logger.info('x');
    const time = Date.parse(`${String(last()['timestamp']).replace(' ', 'T')}Z`);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  test('names its logger: that of the application, or the child', () => {
    const { logger, last } = app({}, { name: 'ward' });
    logger.info('x');
    expect(last()).toMatchObject({ name: 'ward', extra_fields: '' });
    logger.child({ name: 'ward.beds' }).info('x');
    expect(last()).toMatchObject({ name: 'ward.beds', extra_fields: '' });
    logger.info({ name: { first: 'Ann' } }, 'x');
    expect(last()).toMatchObject({ name: '', extra_fields: { name: { first: 'Ann' } } });
  });

  test('has everything else in extra_fields: of base, children, mixin and the call', () => {
    const { logger, last } = app({}, { base: { pid: 7 }, mixin: () => ({ trace: 't-1' }) });
    logger.child({ job: 'nightly' }).child({ step: 2 }).info({ rows: [1, 2], nested: { a: null } }, 'done %d of %s', 3, 'x');
    expect(last()).toMatchObject({ message: 'done 3 of x', extra_fields: { pid: 7, job: 'nightly', step: 2, trace: 't-1', rows: [1, 2], nested: { a: null } } });
  });

  test('keeps what the application logs under the names of documented fields apart', () => {
    const { logger, last } = app();
    const given = { level: 'forged', timestamp: 'forged', path: '/p', module: 'm', function: 'f', exception: 'e', request: { id: 1 }, extra_fields: { a: 1 } };
    logger.warn(given, 'x');
    expect(last()).toMatchObject({ level: 'WARN', module: 'application.test', exception: '', request: '', extra_fields: given });
    expect(last()['timestamp']).not.toBe('forged');
  });

  test('takes the message as the application gives it', () => {
    const { logger, last } = app();
    for (const [given, message] of [[{ message: 'in the object' }, 'in the object'], [{ message: 3 }, '3'], [{ message: { a: 1 } }, '{"a":1}'], [{ message: null }, '']] as const) {
      logger.info(given);
      expect(last()).toMatchObject({ message, extra_fields: '' });
    }
  });

  test('is bounded', () => {
    const { logger, last, out } = app();
    logger.info({ wide: Array.from({ length: 1e5 }, (_, place) => place), long: 'x'.repeat(1e6) }, 'y'.repeat(1e6));
    expect(out.texts.at(-1)!.length).toBeLessThan(100_000);
    expect(last()['message']).toMatch(/^y+…\[\+\d+ characters\]$/);
  });

  test('takes what JSON lacks', () => {
    const { logger, last } = app();
    const cycle: Record<string, unknown> = { big: 3n, map: new Map([['a', 1]]) };
    cycle['self'] = cycle;
    logger.info({ cycle, nan: NaN, broken: '\ud800', [`\n`]: '\u2028\n' }, 'two\nlines \ud800');
    expect(faultsOf(last(), APPLICATION)).toEqual([]);
  });

  test('has every digit of a number that no reader of JSON would keep', () => {
    const { logger, last } = app();
    logger.info({ id: 12345678901234567890n, small: 3n, digits: '12345678901234567890', pi: 3.14159265358979312, list: [-9007199254740993n] }, 'x');
    expect(last()['extra_fields']).toEqual({ id: '12345678901234567890', small: 3, digits: '12345678901234567890', pi: Math.PI, list: ['-9007199254740993'] });
  });

  test('ends as pino is told to', () => {
    const { logger, out } = app({}, { crlf: true });
    logger.info('x');
    expect(out.texts.at(-1)).toMatch(/\}\r\n$/);
  });

  test('that a serializer made no JSON of is still one line, without its secrets', () => {
    const { logger, last } = app({}, { timestamp: () => ',"time":oops' });
    logger.info('password=hunter2');
    expect(faultsOf(last(), APPLICATION)).toEqual([]);
    expect(last()['message']).toMatch(/oops.*password=\*\*\*REDACTED/);
  });
});

describe('exception', () => {
  test('has stack and causes; what else the error has is in extra_fields', () => {
    const { logger, last } = app();
    const cause = new TypeError('the cause');
    logger.error(Object.assign(new Error('the error', { cause }), { code: 'E_BED' }), 'no bed');
    expect(last()).toMatchObject({ message: 'no bed', extra_fields: { err: { code: 'E_BED' } } });
    expect(last()['exception']).toMatch(/^Error: the error\n {4}at .*application\.test\.ts.*\ncaused by: TypeError: the cause\n {4}at /s);
    logger.error(new Error('alone'));
    expect(last()).toMatchObject({ message: 'alone', extra_fields: '' });
    logger.error({ err: new Error('beside'), bed: 3 }, 'x');
    expect(last()).toMatchObject({ exception: expect.stringMatching(/^Error: beside\n/) as string, extra_fields: { bed: 3 } });
  });

  test('has the errors of an AggregateError', () => {
    const { logger, last } = app();
    logger.error(new AggregateError([new Error('one'), new Error('two')], 'both'));
    expect(last()['exception']).toMatch(/both.*aggregated: Error: one\n.*aggregated: Error: two\n/s);
  });

  test('takes what was thrown and is no error', () => {
    const { logger, last } = app();
    logger.error({ err: 'text' }, 'x');
    expect(last()).toMatchObject({ exception: 'text', extra_fields: '' });
    logger.error({ err: 3 }, 'x');
    expect(last()).toMatchObject({ exception: '3' });
    logger.error({ err: null }, 'x');
    expect(last()).toMatchObject({ exception: '' });
  });

  test('that is no error has no value of a denied key', () => {
    const { logger, out, last } = app({ redact: { deny: ['diagnosis'] } });
    const secret = plantedSecret('thrown');
    logger.error({ err: [{ diagnosis: secret, creditCard: secret }] }, 'x');
    expect(last()['exception']).toMatch(/REDACTED/);
    logger.error({ err: [[['cookie', secret]], { list: [`Bearer ${secret}`] }] }, 'x');
    logger.error({ err: { diagnosis: secret, type: 'T', message: [{ pin: secret }], aggregateErrors: [[{ diagnosis: secret }]] } }, 'x');
    logger.error(new AggregateError([{ diagnosis: secret }, [{ pan: secret }]], 'both'));
    expect(out.texts.join('')).not.toContain(secret);
  });

  test('is bounded, and has no secret', () => {
    const { logger, last } = app();
    logger.error(new Error('x'.repeat(1e6)));
    expect(String(last()['exception']).length).toBeLessThan(17_000);
    const secret = plantedSecret('error');
    logger.error(Object.assign(new Error(`postgres://app:${secret}@db/app`, { cause: new Error(`token=${secret}`) }), { authorization: secret, url: `https://x/?token=${secret}` }));
    expect(last()['exception']).toMatch(/^Error: postgres:/);
    expect(JSON.stringify(last())).not.toContain(secret);
  });
});

describe('call site', () => {
  class Ward {
    admit(log: (text: string) => void): void {
      log('x');
    }
  }

  test('is the function that logs, with its file', () => {
    const { logger, last } = app();
    new Ward().admit((text) => logger.info(text));
    expect(last()).toMatchObject({ path: import.meta.filename, module: 'application.test', function: '' });
    (function admitPatient() {
      logger.fatal('x');
    })();
    expect(last()).toMatchObject({ path: import.meta.filename, module: 'application.test', function: 'admitPatient' });
    (function ofChild() {
      logger.child({}).info('x');
    })();
    expect(last()).toMatchObject({ module: 'application.test', function: 'ofChild' });
  });

  test('is found behind a hook and a mixin of the team', () => {
    const { logger, last } = app({}, { hooks: { ...pinoOptions().hooks, logMethod: function hook(args, method) { method.apply(this, args); } }, mixin: () => ({}) });
    (function admitPatient() {
      logger.fatal('x');
    })();
    expect(last()).toMatchObject({ module: 'application.test', function: 'admitPatient' });
  });

  test('is found after an await', async () => {
    const { logger, last } = app();
    await (async function later() {
      await Promise.resolve();
      logger.info('x');
    })();
    expect(last()).toMatchObject({ module: 'application.test', function: 'later' });
  });

  test('can be left out', () => {
    const { logger, last } = app({ callSite: false });
    logger.info('x');
    expect(faultsOf(last(), APPLICATION)).toEqual([]);
    expect(last()).toMatchObject({ path: '', module: '', function: '' });
  });
});

describe('request', () => {
  const deedlog = createDeedlog({ actor: () => userActor('7', { label: 'Ada' }), store: memoryStore() });

  test('tells of the running one', () => {
    const { logger, last } = app({ flow: () => deedlog.currentFlow() });
    const context = { ip: '192.0.2.1', method: 'POST', path: '/patients', requestId: 'r-1', traceId: '0af7651916cd43dd8448eb211c80319c', tenant: 'acme' };
    const flow = deedlog.run({ context, actor: userActor('7', { label: 'Ada' }) }, () => {
      logger.info('within');
      return deedlog.currentFlow()!;
    });
    expect(last()['request']).toEqual({
      method: 'POST', path: '/patients', ip: '192.0.2.1', request_id: 'r-1', trace_id: '0af7651916cd43dd8448eb211c80319c', tenant: 'acme',
      correlation_id: flow.correlationId, causation_id: null, actor_kind: 'user', actor_id: '7', actor_label: 'Ada',
    });
  });

  test('is empty outside one, and where the flow cannot be told', () => {
    const { logger, last } = app({ flow: () => deedlog.currentFlow() });
    logger.info('outside');
    expect(last()).toMatchObject({ request: '' });
    const broken = app({ flow: () => { throw new Error('closed'); } });
    broken.logger.info('x');
    expect(broken.last()).toMatchObject({ request: '', message: 'x' });
    const late = app({ flow: (async () => Promise.reject(new Error('closed'))) as never });
    late.logger.info('x');
    expect(late.last()).toMatchObject({ request: '', message: 'x' });
  });
});

describe('secrets', () => {
  const secret = plantedSecret('application');
  const key = { password: secret, nested: { deep: [{ apiKey: secret }] }, headers: { authorization: `Bearer ${secret}`, cookie: secret } };

  test.each<[string, (logger: ReturnType<typeof app>['logger']) => void]>([
    ['what is logged', (logger) => logger.info(key, 'x')],
    ['the binding of a child', (logger) => logger.child(key).info('x')],
    ['the message', (logger) => logger.info(`password=${secret}`)],
    ['a value of the message', (logger) => logger.info('login with %s', `token=${secret}`)],
    ['an object of the message', (logger) => logger.info('login with %j', { password: secret })],
    ['text under a harmless key', (logger) => logger.info({ url: `https://a:${secret}@x/?token=${secret}`, note: `password: ${secret}` }, 'x')],
    ['the name', (logger) => logger.child({ name: `token=${secret}` }).info('x')],
    ['a request', (logger) => logger.info({ req: { method: 'GET', headers: { cookie: secret } } }, 'x')],
    ['what only an object tells of itself', (logger) => logger.info({ session: { toJSON: () => ({ token: secret }) } }, 'x')],
  ])('in %s reach no line', (_, log) => {
    const { logger, out, last } = app();
    log(logger);
    expect(out.texts.join('')).toContain('REDACTED');
    expect(out.texts.join('')).not.toContain(secret);
    expect(faultsOf(last(), APPLICATION)).toEqual([]);
  });

  test('in JSON inside of a message or an error reach no line', () => {
    const { logger, out, last } = app({ redact: { deny: ['diagnosis'] } });
    const record = { bed: 3, diagnosis: [{ code: secret }, secret], cardNumber: `4111 "${secret}\\`, pin: 1234, card: { holder: { name: secret } }, ward: 'west' };
    const clean = '{"bed":3,"diagnosis":***REDACTED***,"cardNumber":***REDACTED***,"pin":***REDACTED***,"card":***REDACTED***,"ward":"west"}';
    logger.info('saved %j, then %o', record, record);
    expect(last()['message']).toBe(`saved ${clean}, then ${clean}`);
    logger.error(new Error(`refused ${JSON.stringify(record, null, 1)}`));
    expect(last()['exception']).toMatch(/^Error: refused \{\n "bed": 3,\n "diagnosis": \*{3}REDACTED.*"ward": "west"\n\}\n {4}at /s);
    logger.info('cut off %j', { diagnosis: secret.repeat(500) });
    expect(out.texts.join('')).not.toContain(secret);
    // What the patterns shorten brings nearer what stands behind the cut.
    logger.info(`token=${'x'.repeat(400)} ${'"'.padEnd(3700)}${JSON.stringify({ diagnosis: secret.repeat(9) })}${'y'.repeat(600)}`);
    expect(last()['message']).toMatch(/…\[\+\d+ characters\]$/);
    expect(out.texts.join('')).not.toMatch(/planted5ecret/);
    logger.info('no "json": but text, "diagnosis" is not one');
    expect(last()['message']).toBe('no "json": but text, "diagnosis" is not one');
  });

  test('of names that are given as well', () => {
    const { logger, last } = app({ redact: { deny: ['diagnosis'], allow: ['tokenCount'] } });
    logger.info({ diagnosis: 'x', tokenCount: 3 }, 'x');
    expect(last()).toMatchObject({ extra_fields: { diagnosis: '***REDACTED***', tokenCount: 3 } });
  });
});
