import fc from 'fast-check';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { activity, logBench } from './support/logs.ts';

const child = join(import.meta.dirname, 'child', 'console.ts');

/** A stream that keeps what it gets. */
class Screen extends Writable {
  shown = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.shown += chunk.toString();
    done();
  }
}

describe('the console', () => {
  test('has level, time, path, module, function and message; the files have their lines all the same', async () => {
    await using place = logBench();
    const screen = new Screen();
    const logs = place.open({ console: screen });
    (function approve() {
      logs.logger.warn('Patient created.');
    })();
    logs.sink.write([activity('42')]);
    await logs.close();
    const [first, second, ...rest] = screen.shown.split('\n');
    expect(first).toMatch(/^WARN \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} .*console\.test\.ts console\.test approve Patient created\.$/);
    expect(second).toMatch(/^AUDIT \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} approved 42$/);
    expect(rest).toEqual(['']);
    expect(place.messages('app.log')).toEqual(['Patient created.']);
    expect(logs.counters.console).toEqual({ written: 2, lost: 0 });
  });

  test('has an exception below its line, indented', async () => {
    await using place = logBench();
    const screen = new Screen();
    const logs = place.open({ console: screen });
    logs.logger.error(new TypeError('broken'), 'failed');
    await logs.close();
    const [first, ...rest] = screen.shown.trimEnd().split('\n');
    expect(first).toMatch(/^ERROR .* failed$/);
    expect(rest[0]).toBe('    TypeError: broken');
    expect(rest.length).toBeGreaterThan(1);
    expect(rest.every((line) => line.startsWith('    '))).toBe(true);
  });

  test('is driven by no text, and no text looks like a line of its own', async () => {
    const hostile = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u001b[2J', '\u009b31m', '\r', '\n', '\u0007', '\u2028', 'ERROR 2026-01-01 forged')), { maxLength: 8 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (message, name) => {
        await using place = logBench();
        const screen = new Screen();
        const logs = place.open({ console: screen });
        logs.logger.child({ name }).info({ text: message }, message);
        logs.logger.error(Object.assign(new Error(message), { name }), message);
        await logs.close();
        expect(screen.shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
        expect(screen.shown.trimEnd().split('\n').filter((line) => !line.startsWith('    '))).toEqual([expect.stringMatching(/^INFO /), expect.stringMatching(/^ERROR /)]);
      }),
      { numRuns: 50 },
    );
  });

  test('leaves out lines that its reader is too slow for, counts them and delays nobody', async () => {
    await using place = logBench();
    const logs = place.open({ console: new Writable({ write: () => undefined }) });
    for (let index = 0; index < 1000; index++) logs.logger.info('x'.repeat(3000));
    const { written, lost } = logs.counters.console ?? { written: 0, lost: 0 };
    expect(written + lost).toBe(1000);
    expect(written).toBeGreaterThan(100);
    expect(written).toBeLessThan(500);
    await logs.close();
    expect(place.messages('app.log')).toHaveLength(1000);
    expect(place.problems).toEqual([expect.stringMatching(/^LOG_CONSOLE_FAILED: /)]);
  });

  test('whose other end is gone ends no process', async () => {
    await using place = logBench();
    const process_ = spawn(process.execPath, [child, place.directory, 'shown'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(process_, 'exit');
    await once(process_.stdout, 'data');
    process_.stdout.destroy();
    process_.stdin.end();
    expect(await ended).toEqual([0, null]);
    expect(place.messages('app.log').at(-1)).toBe('last');
    expect(place.messages('app.log')).toContain('LOG_CONSOLE_FAILED');
  });

  test.each([new Error('EPIPE'), undefined])('that takes its last lines after the end of the logs, with %s, ends no process', async (error) => {
    await using place = logBench();
    const { promise: asked, resolve: ask } = Promise.withResolvers<(error?: Error) => void>();
    const stream = new Writable({ write: (_chunk, _encoding, done) => ask(done) });
    const logs = place.open({ console: stream });
    logs.logger.info('last');
    const done = await asked;
    await logs.close();
    const over = new Promise((resolve) => stream.on(error === undefined ? 'finish' : 'close', resolve));
    expect(stream.listenerCount('error')).toBe(1);
    done(error);
    stream.end();
    await over;
    expect(place.problems).toEqual(error === undefined ? [] : [expect.stringMatching(/^LOG_CONSOLE_FAILED: /)]);
    expect(stream.listenerCount('error')).toBe(error === undefined ? 0 : 1);
    expect(logs.counters.console).toEqual(error === undefined ? { written: 1, lost: 0 } : { written: 0, lost: 1 });
  });

  test('is silent by default where stdout is no terminal', async () => {
    await using place = logBench();
    const { stdout, status } = spawnSync(process.execPath, [child, place.directory, 'default'], { encoding: 'utf8', input: '' });
    expect(status).toBe(0);
    expect(stdout).toBe('');
    expect(place.messages('app.log').at(-1)).toBe('last');
  });

  test('is shown by default, in colours, where stdout is a terminal', async ({ skip }) => {
    await using place = logBench();
    const command = `${process.execPath} ${child} ${place.directory} default </dev/null`;
    const env = { ...process.env, TERM: 'xterm' };
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'CI']) Reflect.deleteProperty(env, name);
    const { stdout, status, error } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', input: '', env });
    if (error !== undefined) return skip('needs the program script');
    expect(status).toBe(0);
    expect(stdout).toMatch(/\u001b\[32mINFO\u001b\[39m .* last/);
  });
});
