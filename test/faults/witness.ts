import { setTimeout } from 'node:timers/promises';
import type { PostgresLike, PostgresRow } from '@deedlog/postgres';
import { expect } from 'vitest';

/** With so many changes both ways of the load were taken. */
const SOME = 100;

/** The table of the load, and triggers that see what happens to it. */
export const WITNESS: readonly string[] = [
  'create table item (id serial primary key, count int not null)',
  'create table witness (n bigint generated always as identity, op text, key text)',
  `create function witness() returns trigger language plpgsql as $$ begin
    insert into witness (op, key) values (left(tg_op, 1), coalesce(new.id, old.id)::text); return null; end $$`,
  'create trigger witness after insert or update or delete on item for each row execute function witness()',
];

/** Sorted `row op` of both sides, once the server has ended what the killed process left open. Returns how many changes there are. */
export async function check(business: PostgresLike, log: PostgresLike): Promise<number> {
  await settled(business);
  const truth = await business.query('select key, op from witness order by key, n');
  const told = await log.query('select pk as key, op::text as op from deedlog.effect order by pk, id');
  const lines = (rows: readonly PostgresRow[]): string[] => rows.map(({ key, op }) => `${String(key)} ${String(op)}`);
  expect(lines(told.rows)).toEqual(lines(truth.rows));
  const unexplained = await log.query('select id from deedlog.effect e where not exists (select from deedlog.activity a where a.id = e.activity_id)');
  expect(unexplained.rows).toEqual([]);
  const idle = await log.query(`select id from deedlog.activity a where outcome = 'success' and not exists (select from deedlog.effect e where e.activity_id = a.id)`);
  expect(idle.rows).toEqual([]);
  const doubled = await log.query('select id from deedlog.activity group by id having count(*) > 1');
  expect(doubled.rows).toEqual([]);
  const observers = await log.query('select distinct observer from deedlog.activity order by 1');
  if (truth.rows.length > SOME) expect(observers.rows).toEqual([{ observer: 'manual' }, { observer: 'trpc' }]);
  return truth.rows.length;
}

async function settled(client: PostgresLike): Promise<void> {
  const open = `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state is distinct from 'idle'`;
  while ((await client.query(open)).rows.length > 0) await setTimeout(5);
}
