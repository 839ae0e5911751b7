import fc from 'fast-check';

export type Kind = 'owner' | 'seat' | 'dog';

/** One thing that a request does. What fails rolls its block back; the block around catches it. */
export type Step =
  | { readonly do: 'create' | 'update' | 'delete' | 'told-before' | 'told-after'; readonly kind: Kind; readonly pick: number; readonly value: number }
  | { readonly do: 'collection'; readonly pick: number; readonly value: number }
  | { readonly do: 'flush' | 'violate' | 'track' }
  | { readonly do: 'transactional' | 'begin' | 'intent' | 'scope'; readonly fails: boolean; readonly steps: readonly Step[] };

/** A request with a fork of its own. `actor` undefined: it runs in no scope. */
export interface Lane {
  readonly actor: string | undefined;
  readonly steps: readonly Step[];
}

const kind = fc.constantFrom<Kind>('owner', 'seat', 'dog');
const small = fc.nat({ max: 3 });
const change = fc.record({ do: fc.constantFrom('create', 'create', 'update', 'update', 'delete', 'told-before', 'told-after'), kind, pick: small, value: small });
const collection = fc.record({ do: fc.constant('collection'), pick: small, value: fc.nat({ max: 7 }) });
const plain = fc.record({ do: fc.constantFrom('flush', 'flush', 'flush', 'violate', 'track') });

function step(depth: number): fc.Arbitrary<Step> {
  const leaves = [{ arbitrary: change, weight: 6 }, { arbitrary: collection, weight: 2 }, { arbitrary: plain, weight: 3 }];
  if (depth === 0) return fc.oneof(...leaves) as fc.Arbitrary<Step>;
  const block = fc.record({
    do: fc.constantFrom('transactional', 'transactional', 'begin', 'intent', 'intent', 'scope'),
    fails: fc.boolean(),
    steps: fc.array(step(depth - 1), { maxLength: 5 }),
  });
  return fc.oneof(...leaves, { arbitrary: block, weight: 4 }) as fc.Arbitrary<Step>;
}

export const lanes: fc.Arbitrary<readonly Lane[]> = fc.array(
  fc.record({ actor: fc.option(fc.constantFrom('ada', 'bob'), { nil: undefined }), steps: fc.array(step(4), { minLength: 1, maxLength: 7 }) }),
  { minLength: 1, maxLength: 3 },
);
