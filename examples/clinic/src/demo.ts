/**
 * Starts the clinic, plays a day over HTTP, prints the log that it left, and keeps serving until Ctrl-C. `--once`: ends instead.
 */
import { parseArgs } from 'node:util';
import pico from 'picocolors';
import { startClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { playTheDay } from './demo/script.ts';
import { renderTimeline } from './demo/timeline.ts';
import { activitiesSince } from './log.ts';

try {
  const { once } = parseArgs({ options: { once: { type: 'boolean', default: false } } }).values;
  await runDemo(once);
} catch (error) {
  console.error('The demo failed:', error);
  process.exitCode = 1;
}

async function runDemo(once: boolean): Promise<void> {
  const url = process.env['DATABASE_URL'];
  console.log(`Starting the clinic on ${url === undefined ? 'PGlite, in memory' : 'PostgreSQL (DATABASE_URL)'} …\n`);
  const since = new Date();
  const clinic = await startClinic({ url, fresh: true });
  try {
    await playTheDay(clinic);
    const activities = await activitiesSince(clinic.orm.em.fork(), since);
    console.log(renderTimeline(activities, { coloured: process.stdout.isTTY === true && pico.isColorSupported }));
    if (!once) await serveUntilInterrupted(clinic);
  } finally {
    await clinic.close();
  }
}

async function serveUntilInterrupted({ url }: Clinic): Promise<void> {
  console.log(`\n${url} serves /trpc, /graphql and /health. Ctrl-C ends it.`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
