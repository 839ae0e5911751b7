import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { overloadedServer, steadyLoad } from '../support/overload/overloaded.ts';

/** Records that the sink takes in a second, and the requests that come: ten times more. */
const SINK = 100;
const LOAD = SINK * 10;

/** Records that the server's queue holds at most. */
const CAPACITY = 200;

/** Bytes by which the heap may differ between two looks at a queue that is full in both. The records that were dropped in between would be more. */
const SAME_MEMORY = 1_000_000;

interface Line {
  readonly name: string;
  readonly dropped?: number;
  readonly request_repr?: { readonly path: string };
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'deedlog-overload-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function readLines(directory: string): Promise<readonly Line[]> {
  return (await readFile(join(directory, 'api.log'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Line);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('ten times more requests than the sink takes: all are answered, memory is bounded, and every drop is counted and logged', async () => {
  const directory = await temporaryDirectory();
  await using server = await overloadedServer({ kind: 'logged', directory, perSecond: SINK });
  await using load = steadyLoad(server.port, LOAD);

  await until(async () => (await server.report()).counters.dropped >= 300);
  const early = await server.report();
  await until(async () => (await server.report()).counters.dropped >= 1500);
  const late = await server.report();
  expect(early.counters.waiting + early.counters.underWay).toBeLessThanOrEqual(CAPACITY);
  expect(late.counters.waiting + late.counters.underWay).toBeLessThanOrEqual(CAPACITY);
  expect(late.usedBytes - early.usedBytes).toBeLessThan(SAME_MEMORY);

  const answered = await load.stop();
  await until(async () => sum((await server.report()).counters) === answered);
  const { counters, problems } = await server.close();
  expect(sum(counters)).toBe(answered);
  expect(counters).toMatchObject({ failed: 0, waiting: 0 });

  const lines = await readLines(directory);
  const requests = lines.filter(({ name }) => name === 'audit.request');
  // What the sink was just taking has its lines; it never said so.
  expect(requests).toHaveLength(counters.written + counters.underWay);
  expect(requests.every(({ request_repr: repr }) => repr?.path === '/orders')).toBe(true);
  expect(problems.filter((problem) => problem.startsWith('SINK_OVERFLOW')).length).toBeGreaterThan(0);
}, 60_000);

test('what was dropped is in the log itself once the sink takes records again', async () => {
  const directory = await temporaryDirectory();
  await using server = await overloadedServer({ kind: 'logged', directory, perSecond: SINK });
  await using load = steadyLoad(server.port, LOAD);
  await until(async () => (await server.report()).counters.dropped >= 100);
  const answered = await load.stop();
  await until(async () => (await server.report()).counters.waiting === 0);
  const { counters } = await server.close();
  expect(sum(counters)).toBe(answered);
  const lines = await readLines(directory);
  const told = lines.filter(({ name }) => name === 'audit.delivery').map(({ dropped = 0 }) => dropped);
  expect(told.reduce((one, other) => one + other, 0)).toBe(counters.dropped);
}, 60_000);

function sum({ written, dropped, failed, waiting, underWay }: { written: number; dropped: number; failed: number; waiting: number; underWay: number }): number {
  return written + dropped + failed + waiting + underWay;
}
