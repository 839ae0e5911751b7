import type { DeedlogError } from '../errors.ts';

/**
 * What became of a record.
 * - `stored`: durable.
 * - `joined`: written in the caller's transaction, durable when that commits.
 * - `merged`: it completes the record of the open intent, which is stored with that intent.
 * - `deferred`: it waits for the end of the surrounding transaction. A denied or failed act is stored then, whatever the end;
 *   one that the store refused (`error` says so) goes to the spool or is lost, and only if the transaction commits.
 * - `spooled`: the store refused it, the spool has it.
 * - `lost`: the store refused it; reported, counted, recorded as a gap later.
 * - `ignored`: switched off, or excluded by an ignore rule.
 */
export type ReceiptStatus = 'stored' | 'joined' | 'merged' | 'deferred' | 'spooled' | 'lost' | 'ignored';

export interface Receipt {
  readonly id: string;
  readonly status: ReceiptStatus;
  readonly error?: DeedlogError | undefined;
}
