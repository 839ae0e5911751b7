import { userActor } from '@deedlog/core';
import type { GenericEndpointContext, User } from 'better-auth';
import type { Log } from './log.ts';

/** Records who signed up. better-auth 1.6.34 calls this hook after a rollback, too, so it asks whether the user is there. */
export async function recordSignUp(deedlog: Log, { id, name }: User, ctx: GenericEndpointContext | null): Promise<void> {
  if (ctx !== null && (await ctx.context.internalAdapter.findUserById(id)) === null) return;
  await deedlog.trackActivity({ action: 'user.create', actor: userActor(id, { label: name }), target: { type: 'User', id, label: name } });
}
