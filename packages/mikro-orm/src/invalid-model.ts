import { coreErrors, defineErrors } from '@deedlog/core';
import type { DeedlogError } from '@deedlog/core';

/** The same code as that of `createDeedlog`: to the reader it is one mistake. */
export function invalidModel(detail: string): DeedlogError {
  return defineErrors(coreErrors)('MODEL_INVALID', detail);
}
