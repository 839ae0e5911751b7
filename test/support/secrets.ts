import { randomBytes } from 'node:crypto';
import type { PostgresLike } from '@deedlog/postgres';

/** Starts every secret that a test plants, so that one search finds them all. */
const PREFIX = 'planted5ecret';

/** A secret for a test to plant where applications have secrets. It must never be found in a stored row. */
export function plantedSecret(name: string): string {
  return `${PREFIX}-${name}-${randomBytes(8).toString('hex')}`;
}

/** How a secret may look in a row: as it is, or encoded. */
const FORMS: readonly string[] = [
  PREFIX,
  Buffer.from(PREFIX).toString('hex'),
  ...[0, 1, 2].map((offset) => Buffer.from(' '.repeat(offset) + PREFIX).toString('base64').slice(offset === 0 ? 0 : 4, -4)),
];

/** Searches the bytes of every row in deedlog's schema. Throws with the table and the row where a planted secret is found. */
export async function assertNoSecretStored(client: PostgresLike): Promise<void> {
  const tables = await client.query(`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'deedlog'`, []);
  for (const { name } of tables.rows as readonly { name: string }[]) {
    const { rows } = await client.query(`select row_to_json(t)::text as line from ${name} t where row_to_json(t)::text ~* $1 limit 1`, [FORMS.join('|')]);
    const [found] = rows as readonly { line: string }[];
    if (found !== undefined) throw new Error(`a planted secret was stored in ${name}: ${found.line}`);
  }
}
