/**
 * Starts the clinic, plays a day over HTTP and the jobs of the night, prints the log that it left, and keeps serving until Ctrl-C. `--once`: ends instead.
 */
import { parseArgs } from 'node:util';
import pico from 'picocolors';
import { startClinic } from './clinic.ts';
import type { Clinic } from './clinic.ts';
import { playTheNight } from './demo/night.ts';
import { playTheDay } from './demo/script.ts';
import { renderTimeline } from './demo/timeline.ts';
import { activitiesSince, effectsOf, unexplainedSince } from './log.ts';
import { LOG_READER, SEED_PASSWORD } from './seed.ts';

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
    await playTheNight(clinic);
    const em = clinic.orm.em.fork();
    const activities = await activitiesSince(em, since);
    const effects = [...(await effectsOf(em, activities)), ...(await unexplainedSince(em, since))];
    console.log(renderTimeline({ activities, effects }, { coloured: process.stdout.isTTY === true && pico.isColorSupported }));
    if (!once) await serveUntilInterrupted(clinic);
  } finally {
    await clinic.close();
  }
}

async function serveUntilInterrupted({ url }: Clinic): Promise<void> {
  console.log(`\nAudit log: ${url}/audit  (sign in as ${LOG_READER} / ${SEED_PASSWORD})`);
  console.log(`${url} serves /trpc, /graphql and /health, too. Ctrl-C ends it.`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
