/** What core uses of Node's `process`, where there is one. */
export interface ProcessLike {
  readonly versions?: { readonly node?: string };
  emitWarning?(warning: Error): void;
}

export function processLike(): ProcessLike | undefined {
  return (globalThis as { process?: ProcessLike }).process;
}
