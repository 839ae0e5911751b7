import { closeOnExit } from '@deedlog/pino';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

interface Ending {
  /** Exit code and signal, as a supervisor sees them. */
  readonly end: readonly [code: number | null, signal: string | null];
  /** Numbers of the records in the file, in their order. */
  readonly records: readonly number[];
  readonly printed: readonly string[];
  readonly complaints: string;
}

const CHILD = join(import.meta.dirname, 'child', 'exiting.ts');

type Send = (signal: NodeJS.Signals, after: string) => Promise<void>;

/** Runs `child/exiting.ts`; `act` may send signals, each once the child has printed a line. */
async function run(kind: string, way: string, act: (send: Send) => Promise<void> = async () => undefined): Promise<Ending> {
  const directory = mkdtempSync(join(tmpdir(), 'deedlog-exit-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'log');
  const child = spawn(process.execPath, [CHILD, file, kind, way], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const closed = once(child, 'close');
  const output = { out: '', error: '' };
  child.stdout.on('data', (chunk) => (output.out += String(chunk)));
  child.stderr.on('data', (chunk) => (output.error += String(chunk)));
  await act(async (signal, after) => {
    while (!output.out.split('\n').includes(after)) await Promise.race([once(child.stdout, 'data'), closed.then(() => { throw new Error(`ended before ${after}: ${output.error}`); })]);
    child.kill(signal);
  });
  const [code, signal] = await closed;
  const records = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').map(Number) : [];
  return { end: [code, signal], records, printed: output.out.split('\n').slice(0, -1), complaints: output.error };
}

const first = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

describe.each(['sync', 'async'])('every record is in the file of a sink that is %s', (kind) => {
  test.each([
    ['clean', 0],
    ['code', 5],
    ['exit', 3],
    ['throw', 1],
    ['reject', 1],
    ['close-and-exit', 4],
    ['exit-in-exit', 6],
  ])('at the end "%s", and the exit code is %i', async (way, code) => {
    const { end, records, complaints } = await run(kind, way);
    expect([end, records]).toEqual([[code, null], first(200)]);
    expect(complaints.includes('nobody caught this')).toBe(code === 1);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('at %s, and the process ends by it', async (signal) => {
    const { end, records, complaints } = await run(kind, 'serve', (send) => send(signal, 'ready'));
    expect([end, records, complaints]).toEqual([[null, signal], first(200), '']);
  });

  test.each(['drain-and-exit', 'drain'])('at SIGTERM where the application answers its last requests first: "%s"', async (way) => {
    const { end, records, complaints } = await run(kind, way, (send) => send('SIGTERM', 'ready'));
    expect([end, records, complaints]).toEqual([[0, null], first(400), '']);
  });
});

describe('what does not close', () => {
  test('is flushed, and the process ends, eight seconds after the signal', async () => {
    const begun = performance.now();
    const { end, records, printed } = await run('sync', 'stuck', (send) => send('SIGTERM', 'ready'));
    expect([end, records, printed]).toEqual([[null, 'SIGTERM'], first(200), ['ready', 'closing', 'flushed']]);
    // A timer of Node may fire a millisecond early.
    expect(performance.now() - begun).toBeGreaterThan(7_990);
  });

  test('is flushed at once when a second signal comes', async () => {
    const begun = performance.now();
    const { end, records, printed } = await run('sync', 'stuck', async (send) => {
      await send('SIGTERM', 'ready');
      await send('SIGINT', 'closing');
    });
    expect([end, records, printed]).toEqual([[null, 'SIGINT'], first(200), ['ready', 'closing', 'flushed']]);
    expect(performance.now() - begun).toBeLessThan(7_990);
  });

  test('because it fails is a process warning, and what fails to flush changes nothing', async () => {
    const { end, records, complaints } = await run('sync', 'failing', (send) => send('SIGTERM', 'ready'));
    expect([end, records]).toEqual([[null, 'SIGTERM'], first(200)]);
    expect(complaints).toContain('cannot close');
    expect(complaints).not.toContain('cannot flush');
  });
});

test('closes in the order given', async () => {
  const { end, printed } = await run('sync', 'order');
  expect([end, printed]).toEqual([[0, null], ['first closed', 'second closed']]);
});

test('ends the process beside signal-exit, which waits for every other listener', async () => {
  const { end, records, printed } = await run('async', 'signal-exit', (send) => send('SIGTERM', 'ready'));
  expect([end, records, printed]).toEqual([[null, 'SIGTERM'], first(200), ['ready', 'exit hook null SIGTERM']]);
});

/** Runs a program as the first process of its own, as in a container; not every machine allows it. */
const contained = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'] as const;

test.runIf(spawnSync('unshare', [...contained, 'true']).status === 0)('the first process of a container, to which signals do nothing, ends with the code that stands for one', () => {
  const directory = mkdtempSync(join(tmpdir(), 'deedlog-exit-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'log');
  const { status, signal } = spawnSync('unshare', [...contained, process.execPath, CHILD, file, 'async', 'self'], { timeout: 20_000, killSignal: 'SIGKILL' });
  expect([status, signal]).toEqual([128 + 15, null]);
  expect(readFileSync(file, 'utf8').trimEnd().split('\n').map(Number)).toEqual(first(200));
});

test('taken back, a signal has its default effect and nothing is closed', async () => {
  const { end, printed } = await run('sync', 'taken-back', (send) => send('SIGTERM', 'ready'));
  expect([end, printed]).toEqual([[null, 'SIGTERM'], ['ready']]);
});

test('taken back, no listener stays', () => {
  const names = ['beforeExit', 'exit', 'SIGTERM', 'SIGINT', 'SIGHUP'];
  const counts = (): number[] => names.map((name) => process.listenerCount(name));
  const before = counts();
  const takeBack = closeOnExit({ close: async () => undefined });
  const during = counts();
  takeBack();
  // One that is the first at the exit, and one that is the last.
  expect([during, counts()]).toEqual([before.map((count, index) => count + (names[index] === 'exit' ? 2 : 1)), before]);
});
