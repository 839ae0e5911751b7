import { setTimeout } from 'node:timers/promises';
import { createDeedlog, userActor } from '@deedlog/core';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import { expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import { cli, jsonLines } from './support/cli.ts';

async function untilPrinted(printed: () => string, text: string): Promise<void> {
  for (let tries = 0; tries < 500 && !printed().includes(text); tries++) await setTimeout(20);
  expect(printed()).toContain(text);
}

test.each([false, true])('what is recorded appears once, after the last ones; stopping it is no failure (terminal: %s)', async (tty) => {
  await using database = await testOrm([]);
  const deedlog = createDeedlog({ store: mikroOrmStore(database.orm), actor: () => undefined });
  const record = (action: string): Promise<unknown> => deedlog.trackActivity({ action, actor: userActor(7) });
  for (const action of ['a.first', 'a.second', 'a.third']) await record(action);
  const stop = new AbortController();
  let printed = '';
  const tail = cli(['tail', '--lines', '2', '--interval', '1s', '--action', 'a.*'], { client: database.client, tty, signal: stop.signal, onPrint: (text) => (printed = text) });
  await untilPrinted(() => printed, 'a.third');
  await record('b.other');
  await record('a.fourth');
  await untilPrinted(() => printed, 'a.fourth');
  stop.abort();
  const { code, stdout, stderr } = await tail;
  await deedlog.close();
  expect([code, stderr]).toEqual([0, '']);
  const actions = tty ? [...stdout.matchAll(/[ab]\.\w+/g)].map(([action]) => action) : jsonLines(stdout).map(({ action }) => action);
  expect(actions).toEqual(['a.second', 'a.third', 'a.fourth']);
  if (!tty) return;
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('When'))).toHaveLength(1);
  // Printed at different times, and aligned all the same.
  expect(new Set(lines.slice(1).map((line) => line.indexOf('success'))).size).toBe(1);
});
