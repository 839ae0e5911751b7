import type { Coverage } from '@deedlog/core';
import type { AnyRouter } from '@trpc/server';
import { planOfProcedure } from './audit-caller.ts';
import { procedureInternals } from './trpc-internals.ts';

/** What a router keeps of its parts; lazy ones are loaded on demand. */
interface RouterInternals {
  readonly procedures: Readonly<Record<string, { readonly _def: object }>>;
  readonly lazy?: Readonly<Record<string, { readonly load: () => Promise<unknown> }>>;
}

/**
 * Whether each procedure of a router is audited, sorted by name. Loads its lazy routers. A query or subscription that is built from an audited
 * procedure and not marked is `excluded`. Rejects with `TRPC_UNSUPPORTED`, `TRPC_DEEDLOG_MIXED`, `TRPC_SCHEMA_FOREIGN`.
 */
export async function routerCoverage(router: AnyRouter): Promise<readonly Coverage[]> {
  const internals = (router as unknown as { readonly _def: RouterInternals })._def;
  await loadLazy(internals);
  return Object.entries(internals.procedures)
    .map(([name, { _def }]) => coverageOfProcedure(name, _def))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** A lazy router may bring lazy ones of its own. */
async function loadLazy({ lazy = {} }: RouterInternals): Promise<void> {
  const loaded = new Set<object>();
  for (;;) {
    const loaders = Object.values(lazy).filter((loader) => !loaded.has(loader));
    if (loaders.length === 0) return;
    for (const loader of loaders) {
      loaded.add(loader);
      await loader.load();
    }
  }
}

function coverageOfProcedure(name: string, def: object): Coverage {
  const plan = planOfProcedure(def);
  const { type } = procedureInternals(def);
  return { kind: 'procedure', name, type, status: plan === undefined ? 'uncovered' : plan.wanted ? 'audited' : 'excluded' };
}
