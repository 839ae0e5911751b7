import type { PostgresLike } from '../postgres-like.ts';
import { FAMILY, functionName, FUNCTION_PREFIX } from './trigger-sql.ts';
import type { TableName } from './trigger-table.ts';

export interface InstalledTrigger {
  readonly name: string;
  readonly type: number;
  /** `O`: enabled, `D`: disabled, `R`: for replicas only, `A`: always. */
  readonly enabled: string;
  /** Whether it calls the function of its table, with the argument that this place wants, for every row. */
  readonly right: boolean;
  readonly tables: string;
  readonly comment: string | null;
}

/** The table itself, or one of its partitions or heirs. */
export interface InstalledRelation {
  readonly schema: string;
  readonly table: string;
  readonly root: boolean;
  readonly columns: readonly string[];
  readonly triggers: readonly InstalledTrigger[];
}

export interface InstalledFunction {
  readonly body: string;
  readonly definer: boolean;
  readonly config: string;
}

export interface Installed {
  /** Empty: there is no such table. */
  readonly relations: readonly InstalledRelation[];
  readonly function: InstalledFunction | null;
  readonly registered: boolean;
}

const TRIGGERS_OF = `select coalesce(jsonb_agg(jsonb_build_object('name', t.tgname, 'type', t.tgtype, 'enabled', t.tgenabled::text,
    'right', t.tgfoid = to_regprocedure($3) and t.tgqual is null and replace(encode(t.tgargs, 'escape'), '\\000', '') = member.place and t.tgattr::text = '',
    'tables', concat_ws(' ', t.tgoldtable, t.tgnewtable), 'comment', obj_description(t.oid, 'pg_trigger')) order by t.tgname), '[]')
  from pg_catalog.pg_trigger t where t.tgrelid = member.oid and not t.tgisinternal and t.tgname like 'deedlog\\_%'`;

const READ = `select (
  select jsonb_agg(jsonb_build_object('schema', member.nspname, 'table', member.relname, 'root', member.place <> 'part',
    'columns', (select coalesce(jsonb_agg(attname), '[]') from pg_catalog.pg_attribute where attrelid = member.oid and attnum > 0 and not attisdropped),
    'triggers', (${TRIGGERS_OF})) order by member.place = 'part', member.nspname, member.relname)
  from (${FAMILY.replace('$schema', '$1::text').replace('$table', '$2::text')}) as member
)::text as relations, (
  select jsonb_build_object('body', prosrc, 'definer', prosecdef, 'config', array_to_string(proconfig, ';')) from pg_catalog.pg_proc where oid = to_regprocedure($3)
)::text as function, exists (select from deedlog.relation where name = $1::text || '.' || $2::text) as registered`;

/** What the catalog says of a table that is to be captured. */
export async function readInstalled(client: PostgresLike, table: TableName): Promise<Installed> {
  const { rows } = await client.query(READ, [table.schema, table.table, `deedlog."${functionName(table)}"()`]);
  const [row] = rows;
  return {
    relations: (parsed(row?.['relations']) ?? []) as InstalledRelation[],
    function: parsed(row?.['function']) as InstalledFunction | null,
    registered: row?.['registered'] === true,
  };
}

/** Tables that have triggers of deedlog, with the function that these call. */
export async function triggeredTables(client: PostgresLike): Promise<readonly (TableName & { readonly calls: string })[]> {
  const { rows } = await client.query(
    `select distinct s.nspname as schema, c.relname as "table", p.proname as calls
    from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_namespace s on s.oid = c.relnamespace
    join pg_catalog.pg_proc p on p.oid = t.tgfoid join pg_catalog.pg_namespace ps on ps.oid = p.pronamespace
    where ps.nspname = 'deedlog' and starts_with(p.proname, $1) order by 1, 2`,
    [FUNCTION_PREFIX],
  );
  return rows.map((row) => ({ schema: String(row['schema']), table: String(row['table']), calls: String(row['calls']) }));
}

function parsed(value: unknown): unknown {
  return value == null ? null : JSON.parse(String(value));
}
