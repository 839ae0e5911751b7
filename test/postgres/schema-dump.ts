import type { PostgresLike } from '@deedlog/postgres';

/**
 * Everything in schema `deedlog` as text, from the catalog: tables, partitions, columns, constraints, indexes, routines, triggers,
 * comments and rights. The same on every supported version of PostgreSQL.
 */
export async function dumpSchema(client: PostgresLike): Promise<string> {
  const parts: string[] = [];
  for (const [title, sql] of SECTIONS) {
    const { rows } = await client.query(sql);
    parts.push(`## ${title}\n${rows.map(({ line }) => `${String(line)}\n`).join('') || '(none)\n'}`);
  }
  return parts.join('\n');
}

const HERE = `(select oid from pg_namespace where nspname = 'deedlog')`;

const SECTIONS: readonly (readonly [title: string, sql: string])[] = [
  [
    'tables',
    `select concat_ws(' ', case relkind when 'p' then 'partitioned table' when 'r' then 'table' when 'v' then 'view' when 'S' then 'sequence' else relkind::text end,
       relname, pg_get_partkeydef(oid), 'partition: ' || pg_get_expr(relpartbound, oid)) as line
     from pg_class where relnamespace = ${HERE} and relkind in ('r', 'p', 'v', 'm', 'S') order by relname collate "C"`,
  ],
  [
    'columns',
    // Before PostgreSQL 17 a partition does not repeat the identity of its parent.
    `select concat_ws(' ', relname || '.' || attname, format_type(atttypid, atttypmod), case when attnotnull then 'not null' end,
       'default ' || pg_get_expr(adbin, adrelid), case when not relispartition then nullif(attidentity::text, '') end) as line
     from pg_attribute join pg_class c on c.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where relnamespace = ${HERE} and relkind in ('r', 'p') and attnum > 0 and not attisdropped order by relname collate "C", attnum`,
  ],
  [
    'constraints',
    // PostgreSQL 18 lists not-null constraints as well (contype n); the columns above say them.
    `select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) as line
     from pg_constraint where connamespace = ${HERE} and contype <> 'n' order by conrelid::regclass::text collate "C", conname collate "C"`,
  ],
  [
    'indexes',
    `select indexdef as line from pg_indexes where schemaname = 'deedlog' order by indexname collate "C"`,
  ],
  [
    'routines',
    `select pg_get_functiondef(oid) as line from pg_proc where pronamespace = ${HERE} order by pg_get_functiondef(oid) collate "C"`,
  ],
  [
    'triggers',
    `select pg_get_triggerdef(t.oid) as line from pg_trigger t join pg_class c on c.oid = tgrelid
     where relnamespace = ${HERE} and not tgisinternal order by tgname collate "C"`,
  ],
  [
    'comments',
    `select c.relname || ': ' || description as line from pg_description d join pg_class c on c.oid = d.objoid
     where c.relnamespace = ${HERE} order by c.relname collate "C", objsubid`,
  ],
  [
    'rights beyond the owner',
    `select c.relname || ': ' || acl.privilege_type || ' to ' || acl.grantee::regrole as line
     from pg_class c, aclexplode(c.relacl) acl where c.relnamespace = ${HERE} and acl.grantee <> c.relowner order by 1`,
  ],
  ['migrations', `select name || ' ' || checksum as line from deedlog.migration order by applied_at, name`],
];
