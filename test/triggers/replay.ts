import type { PostgresLike, TriggerTable } from '@deedlog/postgres';

type Json = unknown;
type Row = Readonly<Record<string, Json>>;
export interface SeenEffect {
  readonly op: string;
  readonly pk: string;
  readonly changes: Readonly<Record<string, readonly Json[]>>;
  readonly activity: string | null;
}

/** All effects of a table, in the order in which they were written. */
export async function effectsIn(client: PostgresLike, { schema, table }: TriggerTable): Promise<SeenEffect[]> {
  const { rows } = await client.query(
    `select op::text as op, pk, changes::text as changes, activity_id::text as activity from deedlog.effect join deedlog.relation r on r.id = tbl where r.name = $1 order by effect.id`,
    [`${schema}.${table}`],
  );
  return rows.map((row) => ({ ...row, changes: JSON.parse(String(row['changes'])) as Json }) as SeenEffect);
}

/** `U 7 name:Ada>Grace`: short enough to read in a test. */
export function told({ op, pk, changes }: SeenEffect): string {
  const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return [op, pk, ...Object.entries(changes).map(([field, states]) => `${field}:${states.map(text).join('>')}`)].filter((part) => part !== '').join(' ');
}

/**
 * The rows that effects lead to, from nothing. Throws where an effect does not fit what those before it left. Where one statement swaps keys,
 * two rows share a key for a moment; the one that had it first leaves it first.
 */
export function replay(effects: readonly SeenEffect[]): Map<string, Row> {
  const rows = new Map<string, Row[]>();
  for (const effect of effects) {
    const { op, pk, changes } = effect;
    const [before, ...others] = rows.get(op === 'U' ? String(changes['$key']?.[0] ?? pk) : pk) ?? [];
    if (op === 'T') rows.clear();
    else if ((op === 'I') === (before !== undefined)) throw new Error(`${told(effect)} does not fit`);
    else {
      if (before !== undefined) rows.set(String(changes['$key']?.[0] ?? pk), others);
      if (op !== 'D') rows.set(pk, [...(rows.get(pk) ?? []), applied(before ?? {}, effect)]);
    }
  }
  return new Map([...rows].flatMap(([key, held]) => held.map((row) => [key, row] as const)));
}

function applied(before: Row, effect: SeenEffect): Row {
  const after: Record<string, Json> = { ...before };
  for (const [field, [old, now]] of Object.entries(effect.changes)) {
    if (field === '$key') continue;
    if (JSON.stringify(after[field] ?? null) !== JSON.stringify(old)) throw new Error(`${told(effect)} does not continue ${JSON.stringify(after[field])}`);
    if (now === null) delete after[field];
    else after[field] = now;
  }
  return after;
}

/** What is in the table, in the form that a replay has. Keys are compared as text. */
export async function liveRows(client: PostgresLike, table: TriggerTable): Promise<Map<string, Row>> {
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const columns = table.fields.map(({ column }) => `deedlog.value_json(${quoted(column)})`);
  const { rows } = await client.query(
    `select ${table.key.map((column) => `${table.key.length === 1 ? '' : 'deedlog.key_part'}(deedlog.value_text(${quoted(column)}))`).join(` || ':' || `)} as key, jsonb_build_array(${columns.map((column) => `${column}::jsonb`).join(', ')})::text as state from ${quoted(table.schema)}.${quoted(table.table)}`,
  );
  return new Map(
    rows.map((row) => {
      const values = JSON.parse(String(row['state'])) as Json[];
      return [String(row['key']), Object.fromEntries(table.fields.map(({ field }, index) => [field, values[index]] as const).filter(([, value]) => value !== null))];
    }),
  );
}
