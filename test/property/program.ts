import fc from 'fast-check';
import { KINDS } from './entities.ts';
import type { Kind } from './entities.ts';

/** One row that a request changes, or tells of by a helper. `pick` chooses among the rows of its lane. */
export interface RowStep {
  readonly do: 'create' | 'update' | 'remove' | 'archive' | 'blind' | 'told-before' | 'told-after';
  readonly kind: Kind;
  readonly pick: number;
  readonly value: number;
}

/** What fails rolls its block back; the block around catches it. */
export interface BlockStep {
  readonly do: 'transactional' | 'begin' | 'intent' | 'scope';
  readonly fails: boolean;
  readonly steps: readonly Step[];
}

export type Step =
  | RowStep
  | BlockStep
  | { readonly do: 'collection'; readonly pick: number; readonly value: number }
  /** `violate`: a unique violation in a flush; `poison`: a row that the database refuses at commit; `aside`: a fork of its own, whatever is open. */
  | { readonly do: 'flush' | 'violate' | 'poison' | 'track' | 'aside' }
  | { readonly do: 'parallel'; readonly branches: readonly (readonly Step[])[] };

/** One request on an EntityManager of its own. `actor` undefined: it runs in no scope. */
export interface Lane {
  readonly actor: string | undefined;
  readonly steps: readonly Step[];
}

const small = fc.nat({ max: 3 });
const row: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom<RowStep['do'][]>('create', 'create', 'create', 'update', 'update', 'update', 'remove', 'archive', 'blind', 'told-before', 'told-after'),
  kind: fc.constantFrom(...KINDS),
  pick: small,
  value: small,
});
const collection: fc.Arbitrary<Step> = fc.record({ do: fc.constant('collection' as const), pick: small, value: fc.nat({ max: 7 }) });
const plain: fc.Arbitrary<Step> = fc.record({ do: fc.constantFrom('flush' as const, 'flush' as const, 'flush' as const, 'violate' as const, 'poison' as const, 'track' as const, 'aside' as const) });

function stepAt(depth: number): fc.Arbitrary<Step> {
  const leaves = [{ arbitrary: row, weight: 12 }, { arbitrary: collection, weight: 3 }, { arbitrary: plain, weight: 7 }];
  if (depth === 0) return fc.oneof(...leaves);
  const steps = fc.array(stepAt(depth - 1), { maxLength: 5, size: 'max' });
  const block: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom<BlockStep['do'][]>('transactional', 'transactional', 'transactional', 'begin', 'intent', 'intent', 'intent', 'scope'),
    fails: fc.oneof({ arbitrary: fc.constant(false), weight: 2 }, { arbitrary: fc.constant(true), weight: 1 }),
    steps,
  });
  const parallel: fc.Arbitrary<Step> = fc.record({ do: fc.constant('parallel' as const), branches: fc.array(steps, { minLength: 2, maxLength: 2 }) });
  return fc.oneof(...leaves, { arbitrary: block, weight: 9 }, { arbitrary: parallel, weight: 1 });
}

/** Concurrent requests. */
export const programs: fc.Arbitrary<readonly Lane[]> = fc.array(
  fc.record({ actor: fc.option(fc.constantFrom('ada', 'bob'), { nil: undefined, freq: 3 }), steps: fc.array(stepAt(4), { minLength: 1, maxLength: 10, size: 'max' }) }),
  { minLength: 1, maxLength: 3, size: 'max' },
);
