import { coreError } from '../errors.ts';
import { checkedPolicy } from './check-policy.ts';
import type { FindingItem } from './item.ts';
import type { LogSource } from './log-source.ts';
import { PolicyView } from './policy-view.ts';
import type { Reader } from './reader.ts';

export interface ReaderOptions {
  /** What `reconcile` finds. Default: findings are empty. */
  readonly findings?: () => Promise<readonly FindingItem[]>;
}

/** A reader over a source, which keeps to the policy of whoever reads. For those who build a source; see `postgresReader` and `memoryReader`. */
export function createReader(source: LogSource, { findings = () => Promise.resolve([]) }: ReaderOptions = {}): Reader {
  return {
    as(policy) {
      if (policy === undefined || policy === null) throw coreError('READ_DENIED', 'no policy');
      return new PolicyView(source, checkedPolicy(policy), findings);
    },
  };
}
