import type { ModelTables } from '../insert-into-models.ts';
import type { PostgresLike } from '../postgres-like.ts';
import type { TriggerTable } from '../triggers/trigger-table.ts';
import { brokenContinuity } from './broken-continuity.ts';
import { capturedTables } from './captured-tables.ts';
import { effectlessActivities } from './effectless-activities.ts';
import type { Finding } from './finding.ts';
import { liveRows } from './live-rows.ts';
import type { ReconcileScope } from './reconcile-scope.ts';
import { unexplainedEffects } from './unexplained-effects.ts';
import { quoted } from '../sql-text.ts';

/** An audited table, and the types that its rows have as targets. */
export interface ReconcileTable extends TriggerTable {
  /** Absent: no activity names its rows. */
  readonly targetType?: string | readonly string[];
}

export interface ReconcileOptions {
  /** The audited tables, captured by triggers or by MikroORM's unit of work. */
  readonly tables: readonly ReconcileTable[];
  /** Findings from then on. Live rows are compared whatever it says. Default: all. */
  readonly since?: Date;
  /** Findings until then, exclusive. Default: now. */
  readonly until?: Date;
  /** Actions that claim to change their target; `*` stands for any text. Default `*.create`, `*.update` and `*.delete`. */
  readonly claims?: readonly string[];
  /** The models with tables of their own. Default: none. */
  readonly models?: ModelTables;
  /** Whether the log is compared with the rows of the tables, which reads every one of them. Default true. */
  readonly live?: boolean;
  /** At most so many findings of each search. Default 1000. */
  readonly limit?: number;
}

export interface Reconciliation {
  readonly findings: readonly Finding[];
  /** Some search had more findings than `limit`. */
  readonly truncated: boolean;
}

const DEFAULT_LIMIT = 1000;
const DEFAULT_CLAIMS: readonly string[] = ['*.create', '*.update', '*.delete'];

/**
 * Checks the log against itself and against the database: every effect has its activity, every act that claims a change has its
 * effect, every old value is the new value before it, and every row is what its last effect left. Only reads. Each search is one
 * statement, so it sees one moment; writes may go on meanwhile. Give it a role that may read the log and the tables.
 */
export async function reconcile(client: PostgresLike, options: ReconcileOptions): Promise<Reconciliation> {
  const { tables, claims = DEFAULT_CLAIMS, models = new Map(), limit = DEFAULT_LIMIT, live = true } = options;
  const activityTables = ['deedlog.activity', ...[...models.values()].map(({ table }) => `deedlog.${quoted(table)}`)];
  const scope: ReconcileScope = { since: options.since ?? null, until: options.until ?? null, limit, activityTables };
  const types = new Map(tables.flatMap(({ targetType, schema, table }) => [targetType ?? []].flat().map((type) => [type, `${schema}.${table}`] as const)));
  const searches = [() => unexplainedEffects(client, scope), () => effectlessActivities(client, scope, { actions: claims, tables: types })];
  for (const table of await capturedTables(client, tables)) {
    searches.push(() => brokenContinuity(client, scope, table));
    if (live) searches.push(() => liveRows(client, scope, table));
  }
  // One after the other: the client may be a single connection.
  const results: Finding[][] = [];
  for (const search of searches) results.push(await search());
  return { findings: results.flatMap((found) => found.slice(0, limit)), truncated: results.some((found) => found.length > limit) };
}
