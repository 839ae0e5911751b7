import type { PostgresLike } from '../postgres-like.ts';
import type { Parameters } from './parameters.ts';

interface Plan {
  readonly Plan?: { readonly 'Plan Rows'?: number };
}

/** How many rows the planner expects, from its statistics; nothing is read. */
export async function estimateRows(client: PostgresLike, sql: string, parameters: Parameters): Promise<number> {
  const { rows } = await client.query(`explain (format json) ${sql}`, parameters.values);
  const given: unknown = rows[0]?.['QUERY PLAN'];
  const [plan] = (typeof given === 'string' ? JSON.parse(given) : given) as readonly Plan[];
  return plan?.Plan?.['Plan Rows'] ?? 0;
}
