import type { PostgresLike } from '../postgres-like.ts';

/** More actions than this under one prefix are not looked up one by one. */
const MAX_ACTIONS = 100;

/**
 * The actions that begin with a prefix, by jumping through the index from one to the next: as many steps as there are actions, however
 * many records. Undefined: there are too many.
 */
export async function actionsWithPrefix(client: PostgresLike, table: string, prefix: string): Promise<string[] | undefined> {
  const first = (beyond: string): string => `select action from ${table} where ${beyond} and action collate "C" < $2::text order by action collate "C" limit 1`;
  const { rows } = await client.query(
    `with recursive found as (
  (${first('action collate "C" >= $1::text')})
  union all
  select (${first('action collate "C" > found.action')}) from found where found.action is not null
)
select action from found where action is not null limit ${MAX_ACTIONS + 1}`,
    [prefix, endOf(prefix)],
  );
  return rows.length > MAX_ACTIONS ? undefined : rows.map((row) => String(row['action']));
}

/** The first text that no longer begins with the prefix: a prefix ends with a dot, and a slash comes next. */
function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}/`;
}
