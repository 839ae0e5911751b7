import { coreError } from '../errors.ts';
import type { ReadPolicy } from './policy.ts';

/** A copy that the host cannot change later. Throws `READ_DENIED` for a policy that grants nothing, or cannot be understood. */
export function checkedPolicy({ tenants, models, hide = {}, reader }: ReadPolicy): ReadPolicy {
  const usable = isGrant(tenants) && isGrant(models) && typeof hide === 'object' && hide !== null && Object.values(hide).every(isTexts);
  if (!usable) throw coreError('READ_DENIED', 'the policy grants nothing');
  return { tenants: copyOf(tenants), models: copyOf(models), hide: structuredClone(hide), reader };
}

function isGrant(grant: unknown): boolean {
  return grant === 'all' || (isTexts(grant) && (grant as readonly string[]).length > 0);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function copyOf(grant: 'all' | readonly string[]): 'all' | readonly string[] {
  return grant === 'all' ? grant : [...new Set(grant)];
}
