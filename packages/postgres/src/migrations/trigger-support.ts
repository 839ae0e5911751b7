import type { Migration } from './migration.ts';

/** JavaScript's form of a time; it has milliseconds and cuts off what is finer. */
const iso = (time: string): string =>
  `case when isfinite($1) then to_char(${time}, case when $1 >= '10000-01-01' or $1 < '0001-01-01' then '"+"FMYYYYYY-MM-DD"T"HH24:MI:SS.MS"Z" BC' else 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"' end) else $1::text end`;
const ISO = { timestamptz: iso(`$1 at time zone 'UTC'`), timestamp: iso('$1') };

/** Each becomes part of the statement that calls it: a function call for each value would double the cost of a bulk update. */
const fn = (name: string, returns: string, bodies: Readonly<Record<string, string>>): string[] =>
  Object.entries(bodies).map(([types, body]) => `create function deedlog.${name}(${types}) returns ${returns} language sql stable as $$ select ${body} $$`);

/** PostgreSQL would convert these to the nearest type that has a function of its own. */
const SAME_BY_EQUALITY = ['int2', 'int4', 'int8', 'bool', 'uuid', 'date', 'timestamptz', 'timestamp', 'jsonb', 'float4', 'float8', 'oid'];

/**
 * What triggers stand on: who wrote, the key of hashes, and how values are written. A value of any type may come, so each function has a form
 * for every type that needs its own, and one for the others.
 */
export const triggerSupport: Migration = {
  name: 'trigger-support',
  statements: [
    // Two steps: the effects that are there already were not written by who runs the migration.
    `alter table deedlog.effect add column database_user text`,
    `alter table deedlog.effect alter column database_user set default session_user`,
    `create table deedlog.hash_key (inner_pad bytea not null, outer_pad bytea not null)`,
    `create unique index hash_key_one_idx on deedlog.hash_key ((true))`,
    `revoke all on deedlog.hash_key from public`,
    `comment on table deedlog.hash_key is 'deedlog: the key of hashed fields, as the two blocks that HMAC makes of it. For the owner of the triggers alone.'`,
    ...fn('current_activity', 'uuid', {
      '': `case when current_setting('deedlog.activity', true) ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then current_setting('deedlog.activity', true)::uuid end`,
    }),
    ...fn('value_json', 'text', {
      anyelement: `coalesce(to_json($1)::text, 'null')`,
      ...Object.fromEntries(['int2', 'int4', 'oid', 'bool', 'jsonb'].map((type) => [type, `coalesce($1::text, 'null')`])),
      ...Object.fromEntries(['int8', 'numeric'].map((type) => [type, `coalesce('"' || $1::text || '"', 'null')`])),
      ...Object.fromEntries(['float4', 'float8'].map((type) => [type, `case when $1 in ('NaN', 'Infinity', '-Infinity') then '"[' || $1::text || ']"' else coalesce($1::text, 'null') end`])),
      ...Object.fromEntries(['text', 'bpchar', 'date'].map((type) => [type, `coalesce(to_json($1)::text, 'null')`])),
      timestamptz: `coalesce('"' || ${ISO.timestamptz} || '"', 'null')`,
      timestamp: `coalesce('"' || ${ISO.timestamp} || '"', 'null')`,
      bytea: `coalesce(case when length($1) <= 1024 then '"' || chr(92) || chr(92) || 'x' || encode($1, 'hex') || '"' else '"[Buffer ' || length($1) || ' bytes]"' end, 'null')`,
    }),
    ...fn('value_text', 'text', {
      anyelement: `$1::text`,
      ...Object.fromEntries(['int2', 'int4', 'int8', 'oid', 'bool', 'numeric', 'float4', 'float8', 'text', 'jsonb'].map((type) => [type, `$1::text`])),
      // Whatever the session's bytea_output is.
      bytea: `chr(92) || 'x' || encode($1, 'hex')`,
      date: `trim(both '"' from to_json($1)::text)`,
      // A cast to text would cut off its blanks.
      bpchar: `case when $1 is not null then concat($1) end`,
      timestamptz: ISO.timestamptz,
      timestamp: ISO.timestamp,
    }),
    ...fn('hash_text', 'text', {
      anyelement: `deedlog.value_text($1)`,
      ...Object.fromEntries(['int2', 'int4', 'int8', 'oid', 'bool', 'numeric', 'float4', 'float8', 'text', 'bpchar', 'jsonb', 'date'].map((type) => [type, `deedlog.value_text($1)`])),
      timestamptz: `'"' || deedlog.value_text($1) || '"'`,
      timestamp: `'"' || deedlog.value_text($1) || '"'`,
    }),
    ...fn('keyed_hash', 'text', {
      'text, bytea, bytea': `coalesce('"hmac-sha256:' || encode(sha256($3 || sha256($2 || convert_to($1, 'UTF8'))), 'hex') || '"', 'null')`,
    }),
    ...fn('value_differs', 'boolean', {
      // By their bytes: there are types without equality, and extensions keep theirs where a trigger does not look.
      'anyelement, anyelement': `row($1)::record operator(pg_catalog.*<>) row($2)::record`,
      'text, text': `$1 collate "C" is distinct from $2 collate "C"`,
      'bpchar, bpchar': `row($1)::record operator(pg_catalog.*<>) row($2)::record`,
      // 1.0 and 1.00 are equal and not the same.
      'numeric, numeric': `$1::text is distinct from $2::text`,
      ...Object.fromEntries(SAME_BY_EQUALITY.map((type) => [`${type}, ${type}`, `$1 is distinct from $2`])),
    }),
    `create function deedlog.encode_uri(text) returns text language sql immutable strict as $$
      select string_agg(case when position(substr(bytes, place, 1) in 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*''()'::bytea) > 0
        then chr(get_byte(bytes, place - 1)) else '%' || upper(lpad(to_hex(get_byte(bytes, place - 1)), 2, '0')) end, '' order by place)
      from convert_to($1, 'UTF8') as bytes, generate_series(1, length(bytes)) as place $$`,
    ...fn('key_part', 'text', {
      text: `case when $1 collate "C" ~ '^[-A-Za-z0-9_.!~*''()]*$' then $1 else deedlog.encode_uri($1) end`,
    }),
  ],
};
