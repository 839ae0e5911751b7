import { setTimeout } from 'node:timers/promises';
import { createDeedlog, userActor } from '@deedlog/core';
import { auditable, migrateDeedlog, mikroOrmStore, separateLog } from '@deedlog/mikro-orm';
import { auditMiddleware } from '@deedlog/trpc';
import { defineEntity, p } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import { initTRPC } from '@trpc/server';

/** The process that is killed: endless requests that create, update and delete, half of them tRPC calls, each an intent with its own fork. */
const Item = defineEntity({ name: 'Item', tableName: 'item', properties: { id: p.integer().primary(), count: p.integer() } });
auditable(Item, { trackFields: ['count'] });

const [businessUrl = '', logUrl] = process.argv.slice(2);
/** Requests at the same time. */
const CONCURRENT = 8;
const requests: number[] = Array.from({ length: CONCURRENT }, () => 0);

const business = await MikroORM.init({ entities: [Item], clientUrl: businessUrl });
const logOrm = logUrl === undefined ? undefined : await MikroORM.init({ entities: [], discovery: { warnWhenNoEntities: false }, clientUrl: logUrl });
const log = logOrm === undefined ? undefined : separateLog({ business, log: logOrm, pollMs: 20 });
if (log === undefined) await migrateDeedlog(business);
else await log.migrate();
const deedlog = createDeedlog({ actor: () => userActor('7'), store: mikroOrmStore(business, log === undefined ? {} : { log }) });
const t = initTRPC.create();
const router = t.router({ work: t.procedure.concat(auditMiddleware(deedlog, { action: 'item.call' })).mutation(request) });
const caller = router.createCaller({});

if (process.env['DRAIN_ONLY'] !== undefined) {
  await log?.drain();
  await deedlog.close();
  await business.close(true);
  await logOrm?.close(true);
} else {
  process.on('message', () => void allGoOn().then(() => process.send?.('all go on')));
  await Promise.all(Array.from({ length: CONCURRENT }, (_, worker) => work(worker)));
}

async function work(worker: number): Promise<never> {
  for (;;) {
    const done = Math.random() < 0.5 ? caller.work() : deedlog.withIntent({ action: 'item.work', host: {} }, request);
    await (process.env['MAY_FAIL'] === undefined ? done : done.catch(() => undefined));
    // However slow the machine is, something was changed before the fault.
    if (requests.every((count) => count === 0)) process.send?.('ready');
    requests[worker] = (requests[worker] ?? 0) + 1;
  }
}

/** Resolves once each worker has ended two requests more, so that none of them waits for ever. */
async function allGoOn(): Promise<void> {
  const before = [...requests];
  while (requests.some((count, worker) => count < (before[worker] ?? 0) + 2)) await setTimeout(5);
}

async function request(): Promise<void> {
  const em = business.em.fork();
  const item = em.create(Item, { count: 0 } as never) as { count: number };
  await em.flush();
  // Several transactions of one act share its activity.
  await em.transactional(async () => {
    item.count = Math.ceil(Math.random() * 1000);
  });
  if (Math.random() < 0.3) await em.remove(item).flush();
}
