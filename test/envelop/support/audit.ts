import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { ActionCatalogue, Activity, Deedlog, DeedlogOptions, MemoryStore } from '@deedlog/core';

/** The GraphQL context of these tests. */
export interface Host {
  readonly user?: { readonly id: string } | undefined;
  readonly requestId?: string | undefined;
}

export interface Recorded<Catalogue extends ActionCatalogue = ActionCatalogue> {
  readonly deedlog: Deedlog<Host, Catalogue>;
  readonly store: MemoryStore;
  /** Codes of what was reported. */
  readonly problems: string[];
}

export function record<const Catalogue extends ActionCatalogue = ActionCatalogue>(
  options: Partial<DeedlogOptions<Host, Catalogue>> = {},
): Recorded<Catalogue> {
  const store = memoryStore();
  const problems: string[] = [];
  const deedlog = createDeedlog<Host, Catalogue>({
    actor: ({ user }) => user && userActor(user.id),
    context: ({ requestId }) => ({ requestId }),
    store,
    onProblem: ({ code }) => problems.push(code),
    ...options,
  });
  return { deedlog, store, problems };
}

/** The parts of an activity that most tests are about. */
export function essence({ action, outcome, outcomeCode, actorId, targetId, input }: Activity): Record<string, unknown> {
  return { action, outcome, code: outcomeCode, actor: actorId, target: targetId, input };
}
