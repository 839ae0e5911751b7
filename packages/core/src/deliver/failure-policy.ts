/**
 * What a store that refuses a record means for the act.
 * - `closed`: no record, no change. In a transaction the change is rolled back with `STORE_WRITE_FAILED`. (default)
 * - `open`: the change stays, the missing record is reported, counted and later recorded as a gap.
 * - `spool`: the change stays, the record waits in the spool until the store takes it.
 *
 * Outside a transaction the caller's own result or error is never masked, whatever the policy.
 */
export type FailurePolicy = 'closed' | 'open' | 'spool';

/** `closed`: a change that cannot be accounted for must not happen. */
export const DEFAULT_FAILURE_POLICY: FailurePolicy = 'closed';
