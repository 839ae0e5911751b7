/** `pnpm bench`: every comparison side by side in one run, as ratios. DATABASE_URL adds those on real PostgreSQL. */
import { effectsBench } from './effects.bench.ts';
import { logsBench } from './logs.bench.ts';
import { printMissed, printRatios } from './report.ts';
import type { Ratio } from './compare.ts';
import { readBench } from './read.bench.ts';
import { triggersBench } from './triggers.bench.ts';
import { trpcBench } from './trpc.bench.ts';
import { updateBench } from './update.bench.ts';
import { yogaBench } from './yoga.bench.ts';

const benches: Readonly<Record<string, () => Promise<readonly Ratio[]>>> = {
  trpc: trpcBench,
  yoga: yogaBench,
  update: updateBench,
  effects: effectsBench,
  triggers: triggersBench,
  read: readBench,
  logs: logsBench,
};
const chosen = process.argv.slice(2);

const ratios: Ratio[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const measured = await bench();
  printRatios(measured);
  ratios.push(...measured);
}
printMissed(ratios);
