import { TRPCClientError } from '@trpc/client';
import { ClientError } from 'graphql-request';

/** Waits for a call that must be refused with `code`. Throws where it succeeds, or ends in another way. */
export async function refused(code: string, call: Promise<unknown>): Promise<void> {
  const ended = await call.then(
    () => 'it succeeded',
    (error: unknown) => codeOf(error) ?? String(error),
  );
  if (ended !== code) throw new Error(`A call should have been refused with ${code}, but: ${ended}`);
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof TRPCClientError) return (error.data as { code?: string } | undefined)?.code;
  if (error instanceof ClientError) return error.response.errors?.[0]?.extensions['code'] as string | undefined;
  return undefined;
}
