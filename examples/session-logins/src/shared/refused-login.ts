import { userActor } from '@deedlog/core';
import type { LoginInput } from '@deedlog/core';
import type { Verdict } from './accounts.ts';

/** How a refused password is told to the log. What was typed is not: it may be a password in the wrong field. */
export function refusedLogin({ account, refused }: Exclude<Verdict, { readonly refused?: undefined }>): LoginInput {
  switch (refused) {
    case 'unknown-account':
      return { outcome: 'failure', authType: 'password', failureReason: refused };
    case 'bad-password':
      // Somebody tried this account. Who it was nobody knows.
      return { outcome: 'failure', authType: 'password', failureReason: refused, account: { type: 'User', id: account.id } };
    case 'locked':
      // The password was right, so it is known who was turned away.
      return { outcome: 'denied', authType: 'password', failureReason: refused, actor: userActor(account.id, { label: account.name }), account: { type: 'User', id: account.id } };
  }
}
