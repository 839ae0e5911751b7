import type { TRPCProcedureType } from '@trpc/server';
import { trpcError } from './errors.ts';

// tRPC keeps the types of its steps to itself. These are the parts that deedlog relies on; test/trpc/contract.test.ts pins them.

/** What a step of a procedure gets. A fresh object for each step. */
export interface StepOptions {
  readonly ctx: unknown;
  readonly input: unknown;
  readonly path: string;
  readonly type: TRPCProcedureType;
  readonly getRawInput: () => Promise<unknown>;
  next: (options?: object) => Promise<StepResult>;
}

export type StepResult =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly error: { readonly code: string } };

/** A step: parsers, middlewares, and last the resolver. */
export interface Step {
  (options: StepOptions): Promise<StepResult>;
  /** `input` marks a parser. */
  readonly _type?: string;
}

/** A built procedure. `middlewares` is the very array that every call walks. */
export interface ProcedureInternals {
  readonly type: TRPCProcedureType;
  readonly meta: unknown;
  readonly inputs: readonly unknown[];
  readonly middlewares: Step[];
}

/** What a procedure is called with. */
export type CallOptions = Omit<StepOptions, 'next'>;

export type Invoke = (options: unknown) => Promise<unknown>;

/** Throws `TRPC_UNSUPPORTED` where a procedure is not built as expected. */
export function procedureInternals(def: object): ProcedureInternals {
  const { type, inputs, middlewares } = def as Partial<ProcedureInternals>;
  if (typeof type !== 'string') throw trpcError('TRPC_UNSUPPORTED', 'a procedure has no type');
  if (!Array.isArray(inputs)) throw trpcError('TRPC_UNSUPPORTED', 'a procedure has no list of inputs');
  if (!Array.isArray(middlewares) || Object.isFrozen(middlewares)) throw trpcError('TRPC_UNSUPPORTED', 'a procedure has no list of steps');
  return def as ProcedureInternals;
}

/** False where somebody calls the procedure as a plain function, to which tRPC has an answer of its own. */
export function isCall(options: unknown): options is CallOptions {
  return typeof options === 'object' && options !== null && 'getRawInput' in options;
}
