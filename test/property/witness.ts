import type { PostgresLike } from '@deedlog/postgres';

/** What PostgreSQL itself saw, by triggers of the test: the truth that effects are held against. */
export interface Witnessed {
  readonly table: string;
  readonly op: 'I' | 'U' | 'D';
  readonly key: string;
  readonly stamp: string | null;
}

const KEYS: Readonly<Record<string, string>> = { owner: `r->>'id'`, seat: `(r->>'hall') || ':' || (r->>'row')`, animal: `r->>'id'` };

/** Installs the witness. Its rows share the fate of the transaction, like those of the log. */
export async function installWitness(client: PostgresLike): Promise<void> {
  await client.query('create table witness (n bigint generated always as identity, tbl text, op text, key text, stamp text)');
  for (const [table, key] of Object.entries(KEYS)) {
    await client.query(`create function witness_${table}() returns trigger language plpgsql as $$
      declare r jsonb := to_jsonb(coalesce(new, old));
      begin
        insert into witness (tbl, op, key, stamp) values ('public.${table}', left(tg_op, 1), ${key}, r->>'stamp');
        return null;
      end $$`);
    await client.query(`create trigger witness after insert or update or delete on ${table} for each row execute function witness_${table}()`);
  }
}

export async function witnessed(client: PostgresLike): Promise<Witnessed[]> {
  const { rows } = await client.query('select tbl as "table", op, key, stamp from witness order by n');
  return rows as unknown as Witnessed[];
}

export async function emptyAll(client: PostgresLike): Promise<void> {
  await client.query('truncate witness, owner, owner_marks, seat, animal, deedlog.effect, deedlog.activity');
}
