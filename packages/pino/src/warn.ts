import type { DeedlogError } from '@deedlog/core';

/** What is told to nobody else is a process warning. */
export function warn(problem: DeedlogError): void {
  process.emitWarning(problem);
}
