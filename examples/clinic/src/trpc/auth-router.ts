import { refresh, refreshRequest } from '../auth/refresh.ts';
import { credentials, signIn } from '../auth/sign-in.ts';
import { signOut } from '../auth/sign-out.ts';
import type { Procedures } from './procedures.ts';
import { t } from './trpc.ts';

/** `trackLogin` and `trackLogout` complete the record of the call: one login, one record. */
export function authRouter({ open, signedIn }: Procedures) {
  return t.router({
    login: open.input(credentials).mutation(({ ctx, input }) => signIn(ctx, input)),
    refresh: open.input(refreshRequest).mutation(({ ctx, input }) => refresh(ctx, input)),
    logout: signedIn.mutation(({ ctx }) => signOut(ctx)),
  });
}
