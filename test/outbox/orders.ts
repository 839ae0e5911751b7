import { createDeedlog, userActor } from '@deedlog/core';
import type { Activity, Deedlog, DeedlogError, Effect, Sink } from '@deedlog/core';
import { activityFromRow, insertIntoOutbox } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { auditable, mikroOrmStore, separateLog } from '@deedlog/mikro-orm';
import type { SeparateLog } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import { testOrm } from '../support/database.ts';
import type { TestOrmResource } from '../support/database.ts';

export const Order = defineEntity({ name: 'Order', tableName: 'orders', properties: { id: p.integer().primary(), status: p.string() } });
auditable(Order, { fields: { status: 'plain' } });

export interface Host {
  readonly userId: string;
}

export interface TwoDatabases extends AsyncDisposable {
  readonly business: TestOrmResource;
  readonly logged: TestOrmResource;
  readonly log: SeparateLog;
  readonly deedlog: Deedlog<Host>;
  readonly problems: readonly DeedlogError[];
}

/** A business database and a log of its own, both empty but for deedlog's tables. The relay is left to `drain`, but for wake-ups. */
export async function twoDatabases({ pollMs = 60_000, batchRows = 200, sinks = [] }: { pollMs?: number; batchRows?: number; sinks?: readonly Sink[] } = {}): Promise<TwoDatabases> {
  const business = await testOrm([Order], { migrated: false });
  const logged = await testOrm([], { migrated: false, createSchema: false });
  const problems: DeedlogError[] = [];
  const onProblem = (problem: DeedlogError): void => void problems.push(problem);
  const log = separateLog({ business: business.orm, log: logged.orm, onProblem, pollMs, batchRows, directMs: 60_000 });
  await log.migrate();
  const deedlog = createDeedlog<Host>({
    actor: ({ userId }) => userActor(userId),
    store: mikroOrmStore(business.orm, { log }),
    sinks,
    onProblem,
  });
  return {
    business,
    logged,
    log,
    deedlog,
    problems,
    async [Symbol.asyncDispose]() {
      await deedlog.close();
      await business[Symbol.asyncDispose]();
      await logged[Symbol.asyncDispose]();
    },
  };
}

/** Creates an order with its record, in one flush. */
export async function createOrder({ deedlog, business }: Pick<TwoDatabases, 'deedlog' | 'business'>, status = 'open'): Promise<void> {
  await deedlog.withIntent({ action: 'order.create', host: { userId: '7' } }, async () => {
    const em = business.orm.em.fork();
    em.create(Order, { status });
    await em.flush();
  });
}

export async function stored(client: PostgresLike): Promise<Activity[]> {
  const { rows } = await client.query('select * from deedlog.activity order by id');
  return rows.map(activityFromRow);
}

export async function count(client: PostgresLike, table: string): Promise<number> {
  const { rows } = await client.query(`select count(*)::int as n from ${table}`);
  return Number(rows[0]?.['n']);
}

/** Two effects of one order, which no activity explains. */
export function orderEffects(order: number): Effect[] {
  const effect: Effect = { table: 'public.orders', op: 'I', key: String(order), changes: { status: [null, 'open'] }, activityId: null };
  return [effect, { ...effect, op: 'U', changes: { status: ['open', 'paid'] } }];
}

export async function insertEffects(client: PostgresLike, order: number): Promise<void> {
  await insertIntoOutbox(client, { activities: [], effects: orderEffects(order) });
}
