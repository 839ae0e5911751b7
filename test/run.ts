/**
 * `pnpm test`: every check of the repository, one after the other, then one line with the sum.
 * `pnpm test trpc core` runs the type check and these test folders only.
 */
import { rmSync } from 'node:fs';
import { planSteps } from './run/plan.ts';
import { printHeading, printSummary, sumTallies } from './run/report.ts';
import type { Finished } from './run/report.ts';
import { makeScratch } from './run/scratch.ts';

const scratch = makeScratch();
const steps = planSteps({ filters: process.argv.slice(2), databaseUrl: process.env['DATABASE_URL'], scratch });

const finished: Finished[] = [];
for (const [index, step] of steps.entries()) {
  printHeading(`${index + 1}/${steps.length} ${step.title}`);
  const start = performance.now();
  const tally = await step.run();
  finished.push({ title: step.title, tally, seconds: (performance.now() - start) / 1000 });
}
rmSync(scratch, { recursive: true, force: true });

const total = sumTallies(finished.map(({ tally }) => tally));
printSummary(finished, total);
// A run in which nothing passed has proved nothing.
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
