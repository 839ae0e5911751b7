import { getTRPCErrorFromUnknown } from '@trpc/server';

/** The code under which tRPC reports an error: its own, or `INTERNAL_SERVER_ERROR`. */
export function codeOf(cause: unknown): string {
  return getTRPCErrorFromUnknown(cause).code;
}
