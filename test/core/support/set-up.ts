import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { Activity, ActionCatalogue, Deedlog, DeedlogError, DeedlogOptions, MemoryStore } from '@deedlog/core';

/** What the actor resolver of these tests gets. */
export interface Host {
  readonly user?: string | undefined;
}

export interface SetUp<Catalogue extends ActionCatalogue> {
  readonly deedlog: Deedlog<Host, Catalogue>;
  readonly problems: { readonly code: string; readonly error: DeedlogError; readonly activity: Activity | undefined }[];
  readonly codes: () => string[];
}

/** A deedlog whose problems are collected. */
export function setUp<const Catalogue extends ActionCatalogue = ActionCatalogue>(
  options: Partial<DeedlogOptions<Host, Catalogue>> & Pick<DeedlogOptions<Host, Catalogue>, 'store'>,
): SetUp<Catalogue> {
  const problems: SetUp<Catalogue>['problems'] = [];
  const deedlog = createDeedlog<Host, Catalogue>({
    actor: ({ user }) => user && userActor(user),
    onProblem: (error, activity) => problems.push({ code: error.code, error, activity }),
    ...options,
  });
  return { deedlog, problems, codes: () => problems.map(({ code }) => code) };
}

/** {@link setUp} with a memory store. */
export function inMemory<const Catalogue extends ActionCatalogue = ActionCatalogue>(
  options: Partial<DeedlogOptions<Host, Catalogue>> = {},
): SetUp<Catalogue> & { readonly store: MemoryStore; readonly only: () => Activity } {
  const store = memoryStore();
  const only = (): Activity => {
    const [activity, ...others] = store.activities;
    if (activity === undefined || others.length > 0) throw new Error(`${store.activities.length} activities instead of one`);
    return activity;
  };
  return { ...setUp<Catalogue>({ ...options, store }), store, only };
}
