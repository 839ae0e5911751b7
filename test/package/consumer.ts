/**
 * An application outside the workspace: `packages.test.ts` copies this file into an empty project in which only the
 * tarballs and their peers are installed, type-checks it there with every library's types, and runs it.
 */
import { createDeedlog, memoryStore, userActor } from '@deedlog/core';

const store = memoryStore();
const audit = createDeedlog({ store, actor: () => userActor('u1') });
await audit.run({ actor: userActor('u1') }, () =>
  audit.trackActivity({ action: 'invoice.approve', target: { type: 'Invoice', id: '7' } }),
);
const [activity] = store.activities;
if (activity?.action !== 'invoice.approve' || activity.actorId !== 'u1') throw new Error(`Not recorded: ${JSON.stringify(activity)}`);
await audit.close();
process.stdout.write('recorded\n');
