import type { PostgresLike } from '@deedlog/postgres';

/** What PostgreSQL itself saw, by triggers of the test: the truth that effects are held against. */
export interface Witnessed {
  readonly row: string;
  readonly op: 'I' | 'U' | 'D';
  /** What the flush wrote into the row. */
  readonly stamp: string | null;
  readonly count: number;
  /** The transaction. */
  readonly xact: string;
}

/**
 * By table: its name in effects, and the text of its key. Every flush that changes a row changes its stamp or count, so that the table
 * which has them is written once by each.
 */
const TABLES: Readonly<Record<string, readonly [string, string]>> = {
  owner: ['owner', `r->>'id'`],
  seat: ['seat', `(r->>'hall') || ':' || (r->>'row')`],
  animal: ['animal', `r->>'id'`],
  vehicle: ['truck', `r->>'id'`],
};

/** Its rows share the fate of the transaction, like those of the log. */
export async function installWitness(client: PostgresLike): Promise<void> {
  await client.query('create table witness (n bigint generated always as identity, row text, op text, stamp text, count int, xact text default pg_current_xact_id()::text)');
  await client.query(`create function poison() returns trigger language plpgsql as $$
    begin raise exception 'refused at commit' using errcode = 'unique_violation'; end $$`);
  for (const [table, [name, key]] of Object.entries(TABLES)) {
    await client.query(`create function witness_${table}() returns trigger language plpgsql as $$
      declare r jsonb := to_jsonb(coalesce(new, old));
      begin
        insert into witness (row, op, stamp, count) values ('public.${name} ' || (${key}), left(tg_op, 1), r->>'stamp', (r->>'count')::int);
        return null;
      end $$`);
    await client.query(`create trigger witness after insert or update or delete on ${table} for each row execute function witness_${table}()`);
  }
  await client.query(`create constraint trigger poison after insert on seat deferrable initially deferred for each row when (new.count < 0) execute function poison()`);
}

export async function witnessed(client: PostgresLike): Promise<Witnessed[]> {
  return (await client.query('select row, op, stamp, count, xact from witness order by n')).rows as unknown as Witnessed[];
}

/** The tables as they are, in the form of effects: by row, its fields. */
const CONTENT = `
select 'public.owner ' || id as row, to_jsonb(o) - array['id', 'born', 'big', 'deleted_at', 'home_street', 'home_city'] || jsonb_build_object(
  'big', big::text, 'born', ${instant('born')}, 'deletedAt', ${instant('deleted_at')}, 'home.street', home_street, 'home.city', home_city,
  'marks', (select jsonb_agg(mark_id::text order by mark_id) from owner_marks m where m.owner_id = o.id)) as state from owner o
union all select 'public.seat ' || hall || ':' || row, to_jsonb(s) from seat s
union all select 'public.animal ' || id, to_jsonb(a) - 'id' from animal a
union all select 'public.truck ' || id, to_jsonb(v) - 'id' - 'type' || jsonb_build_object('load', load) from vehicle v join truck using (id)`;

function instant(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

export async function content(client: PostgresLike): Promise<Record<string, Record<string, unknown>>> {
  const { rows } = await client.query(CONTENT);
  return Object.fromEntries(rows.map(({ row, state }) => [String(row), state as Record<string, unknown>]));
}

export async function emptyAll(client: PostgresLike): Promise<void> {
  await client.query('delete from owner_marks');
  for (const table of ['truck', ...Object.keys(TABLES), 'witness', 'deedlog.effect', 'deedlog.activity']) await client.query(`delete from ${table}`);
}
