import fc from 'fast-check';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { AuditLogs } from '@deedlog/pino';
import { describe, expect, test } from 'vitest';
import { activity, logBench, requestRecord } from './support/logs.ts';

/** After so many milliseconds a writer looks before it writes, and not only afterwards. */
const LOOKS_AGAIN_MS = 60;

const LEVELS = ['trace', 'debug', 'info', 'audit', 'api', 'warn', 'error'] as const;

describe('lines', () => {
  test('of records and of the application are in files apart, whatever comes in which order', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('log' as const), level: fc.constantFrom(...LEVELS) }),
      fc.record({ kind: fc.constantFrom('activity' as const, 'request' as const), level: fc.constant('info' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await using place = logBench();
        const logs = place.open({ level: 'trace' });
        const expected = { audit: [] as string[], api: [] as string[], app: [] as string[] };
        for (const [index, { kind, level }] of steps.entries()) {
          const text = `n${index}`;
          if (kind === 'activity') logs.sink.write([activity(text)]);
          else if (kind === 'request') logs.sink.writeRequests?.([requestRecord(`/${text}`)]);
          else logs.logger[level](text);
          expected[kind === 'activity' || level === 'audit' ? 'audit' : kind === 'request' || level === 'api' ? 'api' : 'app'].push(text);
        }
        await logs.close();
        for (const kind of ['audit', 'api', 'app'] as const) {
          const found = expected[kind].length === 0 ? [] : place.lines(`${kind}.log`);
          const name = (line: (typeof found)[number]): string => String((line['request_repr'] as { path: string } | undefined)?.path ?? line['target_id'] ?? line.message).replace('/', '');
          expect(found.map(name).toSorted()).toEqual(expected[kind].toSorted());
          expect(found.every(({ level }) => (kind === 'app' ? !['AUDIT', 'API'].includes(level) : level === kind.toUpperCase()))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('of the application below the level are left out; records never are', async () => {
    await using place = logBench();
    const logs = place.open({ level: 'error' });
    for (const level of LEVELS) logs.logger[level](level);
    logs.sink.write([activity('1')]);
    await logs.close();
    expect(place.messages('app.log')).toEqual(['error']);
    expect(place.messages('audit.log')).toEqual(['audit', 'approved 1']);
    expect(place.messages('api.log')).toEqual(['api']);
  });

  test.each([
    [undefined, ['info', 'warn', 'error']],
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['silent', undefined],
  ])('are those from level %s on', async (level, expected) => {
    await using place = logBench();
    const logs = place.open(level === undefined ? {} : { level });
    for (const each of LEVELS) logs.logger[each](each);
    await logs.close();
    expect(place.files().includes('app.log') ? place.messages('app.log') : undefined).toEqual(expected);
  });

  test('stand in files of the names that were given', async () => {
    await using place = logBench();
    const logs = place.open({ files: { audit: 'trail.jsonl' } });
    logs.logger.audit('one');
    logs.logger.info('two');
    await logs.close();
    expect(place.files()).toEqual(['app.log', 'trail.jsonl']);
  });

  test('come in their order, and many at a time', async () => {
    await using place = logBench();
    const logs = place.open();
    const texts = Array.from({ length: 5000 }, (_, index) => `line ${index} ${'ü'.repeat(index % 500)}`);
    for (const text of texts) logs.logger.info(text);
    await logs.close();
    expect(place.messages('app.log')).toEqual(texts);
    expect(logs.counters.files.app).toEqual({ written: 5000, lost: 0 });
  });

  test('that wait are on disk when flushSync returns, those of the queue too', async () => {
    await using place = logBench();
    const logs = place.open();
    logs.logger.info('one');
    logs.sink.write([activity('2')]);
    logs.flushSync();
    expect(place.messages('app.log')).toEqual(['one']);
    expect(place.messages('audit.log')).toEqual(['approved 2']);
    logs.logger.info('three');
    await logs.close();
    expect(place.messages('app.log')).toEqual(['one', 'three']);
  });

  test('are not doubled by a flushSync during a write', async () => {
    await using place = logBench();
    const logs = place.open();
    const texts = Array.from({ length: 400 }, (_, index) => `${index}`);
    for (const text of texts) {
      logs.logger.info(text);
      if (Number(text) % 3 === 0) await new Promise(setImmediate);
      if (Number(text) % 7 === 0) logs.flushSync();
    }
    await logs.close();
    expect(place.messages('app.log').toSorted()).toEqual(texts.toSorted());
  });

  test('of level fatal are on disk at once: the process is about to end', async () => {
    await using place = logBench();
    place.open().logger.fatal('over');
    expect(place.messages('app.log')).toEqual(['over']);
  });

  test('after close are lost and counted, and fail nobody', async () => {
    await using place = logBench();
    const logs = place.open();
    logs.logger.info('before');
    await logs.close();
    logs.logger.info('after');
    logs.sink.write([activity('1')]);
    expect(logs.counters.files.app).toEqual({ written: 1, lost: 1 });
    expect(logs.counters.queue).toMatchObject({ dropped: 1 });
    expect(place.problems.filter((problem) => problem.startsWith('LOG_FILE_FAILED'))).toHaveLength(1);
  });
});

describe('a wrong set-up', () => {
  test('is told at the start: a directory that cannot be made', async () => {
    await using place = logBench();
    mkdirSync(place.directory);
    writeFileSync(place.path('file'), '');
    expect(() => place.open({ directory: place.path('file/logs') })).toThrow(expect.objectContaining({ code: 'LOG_DIRECTORY_UNUSABLE' }));
  });

  test.each([
    [{ files: { audit: '../audit.log' } }],
    [{ files: { app: 'audit.log' } }],
    [{ files: { app: '' } }],
    [{ directory: '' }],
    [{ directory: undefined as unknown as string }],
    [{ level: 'loud' }],
    [{ level: 'INFO' }],
    [{ level: 'constructor' }],
    [{ rotate: {} }],
    [{ rotate: { maxBytes: 0 } }],
    [{ rotate: { every: 1.5 } }],
    [{ rotate: { every: 'day' as const, keep: -1 } }],
  ])('is told at the start: %j', async (options) => {
    await using place = logBench();
    expect(() => place.open(options)).toThrow(expect.objectContaining({ code: 'LOG_OPTION_INVALID' }));
  });
});

describe('a file that cannot be written', () => {
  test('is reported once; what is lost is counted, and told in the file once it can be', async () => {
    await using place = logBench();
    const logs = place.open();
    mkdirSync(place.path('audit.log'), { recursive: true });
    for (let index = 0; index < 5; index++) {
      logs.sink.write([activity(`${index}`)]);
      await expect.poll(() => logs.counters.queue.failed).toBe(index + 1);
    }
    logs.logger.info('goes on');
    expect(place.problems.filter((problem) => problem.startsWith('LOG_FILE_FAILED'))).toHaveLength(1);
    expect(logs.counters.files.audit).toEqual({ written: 0, lost: 5 });
    rmSync(place.path('audit.log'), { recursive: true });
    logs.sink.write([activity('5')]);
    await logs.close();
    expect(place.lines('audit.log')).toMatchObject([{ level: 'WARN', record: 'loss', dropped: 5 }, { message: 'approved 5' }]);
    expect(place.messages('app.log')).toEqual(['goes on']);
    expect(logs.counters.files.audit).toEqual({ written: 1, lost: 5 });
    expect(logs.counters.queue).toMatchObject({ written: 1, failed: 5 });
  });

  test('is reported again in another spell', async () => {
    await using place = logBench();
    const logs = place.open();
    for (let spell = 0; spell < 2; spell++) {
      rmSync(place.path('app.log'), { force: true });
      mkdirSync(place.path('app.log'));
      logs.logger.info('lost');
      await expect.poll(() => logs.counters.files.app.lost).toBe(spell + 1);
      rmSync(place.path('app.log'), { recursive: true });
      logs.logger.info('there');
      await expect.poll(() => logs.counters.files.app.written).toBe(spell + 1);
    }
    expect(place.problems).toHaveLength(2);
  });

  test('says at close what it could not say before', async () => {
    await using place = logBench();
    const logs = place.open();
    mkdirSync(place.path('app.log'), { recursive: true });
    logs.logger.info('lost');
    await expect.poll(() => logs.counters.files.app.lost).toBe(1);
    rmSync(place.path('app.log'), { recursive: true });
    await logs.close();
    expect(place.lines('app.log')).toMatchObject([{ record: 'loss', dropped: 1 }]);
  });

  test('on a full device loses, and fails nobody', async () => {
    await using place = logBench();
    const logs = place.open();
    symlinkSync('/dev/full', place.path('app.log'));
    for (let index = 0; index < 100; index++) logs.logger.info('x'.repeat(1000));
    await expect.poll(() => logs.counters.files.app).toEqual({ written: 0, lost: 100 });
    expect(place.problems).toEqual([expect.stringMatching(/^LOG_FILE_FAILED: .*app\.log/)]);
    unlinkSync(place.path('app.log'));
    logs.logger.info('room');
    await logs.close();
    expect(place.lines('app.log')).toMatchObject([{ dropped: 100 }, { message: 'room' }]);
  });

  test('a problem listener that throws or logs makes nothing worse', async () => {
    await using place = logBench();
    const logs = place.open({
      onProblem: (problem) => {
        logs.logger.error(problem);
        throw new Error('from the listener');
      },
    });
    mkdirSync(place.path('app.log'), { recursive: true });
    logs.logger.info('lost');
    await expect.poll(() => logs.counters.files.app.lost).toBeGreaterThan(0);
    rmSync(place.path('app.log'), { recursive: true });
    logs.logger.info('there');
    await logs.close();
    expect(place.messages('app.log')).toContain('there');
  });
});

describe('a file that another process', () => {
  /** Waits until a file is written; at once: so soon after it that a writer that looks only now and then would not have looked yet. */
  async function written(logs: AuditLogs, when: string): Promise<void> {
    await new Promise<void>((resolve) => logs.logger.flush(() => resolve()));
    if (when === 'later') await setTimeout(LOOKS_AGAIN_MS);
  }

  test.each([
    ['directory', 'at once'],
    ['directory', 'later'],
    ['file', 'at once'],
    ['file', 'later'],
  ])('has deleted (the %s, %s) is made anew, and nothing is lost', async (what, when) => {
    await using place = logBench();
    const logs = place.open();
    logs.logger.info('one');
    await written(logs, when);
    rmSync(what === 'file' ? place.path('app.log') : place.directory, { recursive: true });
    logs.logger.info('two');
    await logs.close();
    expect(place.messages('app.log')).toEqual(['two']);
    expect(logs.counters.files.app).toEqual({ written: 2, lost: 0 });
    expect(place.problems).toEqual([]);
  });

  test.each([
    ['renamed', 'at once'],
    ['renamed', 'later'],
    ['renamed and created', 'at once'],
    ['renamed and created', 'later'],
  ])('has %s (%s) keeps what it has; the next lines are in a new one', async (how, when) => {
    await using place = logBench();
    const logs = place.open();
    logs.logger.info('one');
    await written(logs, when);
    renameSync(place.path('app.log'), place.path('app.log.1'));
    if (how === 'renamed and created') writeFileSync(place.path('app.log'), '');
    logs.logger.info('two');
    await written(logs, when);
    logs.logger.info('three');
    await logs.close();
    expect([...place.messages('app.log.1'), ...place.messages('app.log')]).toEqual(['one', 'two', 'three']);
    expect(place.messages('app.log').at(-1)).toBe('three');
  });

  test('has truncated is written from its beginning, without a hole', async () => {
    await using place = logBench();
    const logs = place.open();
    logs.logger.info('one');
    await expect.poll(() => logs.counters.files.app.written).toBe(1);
    truncateSync(place.path('app.log'), 0);
    logs.logger.info('two');
    await logs.close();
    expect(place.messages('app.log')).toEqual(['two']);
  });

  test('has left with half a line goes on in the next one', async () => {
    await using place = logBench();
    mkdirSync(place.directory);
    writeFileSync(place.path('app.log'), '{"level":"INFO","mess');
    const logs = place.open();
    logs.logger.info('whole');
    logs.logger.info('also whole');
    await logs.close();
    const [torn, ...rest] = readFileSync(join(place.directory, 'app.log'), 'utf8').split('\n');
    expect(torn).toBe('{"level":"INFO","mess');
    expect(rest.slice(0, -1).map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['whole', 'also whole']);
  });
});
