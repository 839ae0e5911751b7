import type { FindingItem } from '@deedlog/core';
import type { Finding, FindingProblem } from './finding.ts';

const DETAILS: Readonly<Record<FindingProblem, string>> = {
  'no-activity': 'No activity says who wanted it.',
  'unknown-activity': 'It names an activity that the log does not have.',
  'no-effect': 'It claims a change, and nothing that it names was changed.',
  'old-value': 'The value before it is not what the effect before left.',
  'row-was-absent': 'The row did not exist by then.',
  'row-was-present': 'The row existed by then.',
  'live-value': 'The row does not hold what its last effect left.',
  'live-row-missing': 'The row is gone, and its last effect left it.',
  'live-row-present': 'The row is there, and its last effect deleted it.',
  'live-row-unlogged': 'The row was written, and has no effect.',
};

/**
 * Findings as a reader gives them out. Values are left out.
 * @example mikroOrmReader(orm, { findings: async () => findingItems((await reconcileOrm(orm)).findings) })
 */
export function findingItems(findings: readonly Finding[]): FindingItem[] {
  return findings.map(({ kind, problem, table, key, field, at, databaseUser, transaction, activityId }) => ({
    kind,
    table,
    key,
    field,
    at: at?.toISOString() ?? null,
    databaseUser,
    transaction,
    activityId,
    detail: DETAILS[problem],
  }));
}
