import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { logBench } from '../pino/support/logs.ts';
import type { LogBench } from '../pino/support/logs.ts';
import { startWriter } from './files-support.ts';

/** How often the process is killed in each set-up. */
const KILLS = Number(process.env['DEEDLOG_KILLS'] ?? 6);

/** The load before a kill lasts at most so many milliseconds. */
const LOAD_MS = 120;

/** Lines of a file that may hold one cut off by each kill, each on a line of its own. */
function whole(place: LogBench, file: string): { readonly messages: string[]; readonly torn: number } {
  const messages: string[] = [];
  let torn = 0;
  for (const line of place.text(file).split('\n').slice(0, -1)) {
    try {
      messages.push((JSON.parse(line) as { message: string }).message.replace('approved ', ''));
    } catch {
      torn++;
    }
  }
  return { messages, torn };
}

test.each([
  ['by itself', false],
  ['by a worker', true],
])('a process that is killed while it writes logs (%s) has written all that was acknowledged, and the next run goes on', { timeout: 120_000 }, async (_title, worker) => {
  await using place = logBench();
  const acknowledged: number[] = [];
  for (let run = 0; run < KILLS; run++) {
    const writer = startWriter(place.directory, `${run}`, worker);
    await writer.acknowledged(1);
    await setTimeout(Math.random() * LOAD_MS);
    acknowledged.push(await writer.kill());
  }
  const last = startWriter(place.directory, `${KILLS}`, worker);
  await last.acknowledged(1);
  const { queue, number } = await last.end();
  expect(queue).toMatchObject({ written: number, dropped: 0, failed: 0 });

  const { messages, torn } = whole(place, 'audit.log');
  expect(torn).toBeLessThanOrEqual(KILLS);
  expect(new Set(messages).size).toBe(messages.length);
  const byRun = Map.groupBy(messages, (message) => Number(message.split('-')[0]));
  for (const [run, count] of [...acknowledged, number].entries()) {
    const found = (byRun.get(run) ?? []).map((message) => Number(message.split('-')[1]));
    // In their order and without a hole: what is lost is the end, beyond what was acknowledged.
    expect(found).toEqual(found.map((_number, index) => index));
    expect(found.length).toBeGreaterThanOrEqual(count);
  }
  expect(whole(place, 'app.log').torn).toBeLessThanOrEqual(KILLS);
});
