// A worker in a process of its own: reads the scope of a job from its input, acts in it, and prints what was recorded.
import { text } from 'node:stream/consumers';
import { createDeedlog, memoryStore, systemActor } from '@deedlog/core';

const store = memoryStore();
const deedlog = createDeedlog({ actor: () => undefined, store });
const carried = await text(process.stdin);
await deedlog.resume(carried, { actor: systemActor('worker') }, async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  await deedlog.trackActivity({ action: 'report.print' });
});
process.stdout.write(JSON.stringify(store.activities));
