import { useAudit } from '@deedlog/envelop';
import { normalizedExecutor } from '@graphql-tools/executor';
import fc from 'fast-check';
import { execute } from 'graphql';
import { expect, test } from 'vitest';
import { record } from './support/audit.ts';
import type { Recorded } from './support/audit.ts';
import { startEnvelop } from './support/envelop.ts';
import { hows, invoiceSchema, outcomes } from './support/invoices.ts';
import type { How } from './support/invoices.ts';
import { describeOnGraphql } from './support/version.ts';

/** A root field of a random mutation. */
interface Step {
  readonly kind: 'approve' | 'bare' | 'fail' | 'failSync' | 'badArgument' | 'typename';
  readonly how: How;
  readonly id: number;
  /** How the field is guarded: not at all, or by a condition that holds (it runs) or not. */
  readonly guard: 'none' | 'runs' | 'runsByVariable' | 'skipped' | 'skippedByVariable';
  readonly place: 'plain' | 'inline' | 'fragment';
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('approve', 'bare', 'fail', 'failSync', 'badArgument', 'typename'),
  how: fc.constantFrom(...hows),
  id: fc.nat(99),
  guard: fc.constantFrom('none', 'runs', 'runsByVariable', 'skipped', 'skippedByVariable'),
  place: fc.constantFrom('plain', 'inline', 'fragment'),
});

const guards: Readonly<Record<Step['guard'], string>> = {
  none: '',
  runs: '@include(if: true) @skip(if: false)',
  runsByVariable: '@include(if: $yes) @skip(if: $no)',
  skipped: '@skip(if: true)',
  skippedByVariable: '@include(if: $no)',
};

function fieldOf({ kind, how, id, guard }: Step, alias: string): string {
  const directives = guards[guard];
  switch (kind) {
    case 'approve':
      return `${alias}: approve(id: ${id}) ${directives} { id }`;
    case 'bare':
      return `${alias}: bare ${directives}`;
    case 'fail':
      return `${alias}: fail(id: ${id}, how: ${how}) ${directives} { id }`;
    case 'failSync':
      return `${alias}: failSync(how: ${how}) ${directives}`;
    case 'badArgument':
      return `${alias}: approve(id: $nothing) ${directives} { id }`;
    case 'typename':
      return `${alias}: __typename ${directives}`;
  }
}

function documentOf(steps: readonly Step[]): string {
  const fragments: string[] = [];
  const fields = steps.map((one, index) => {
    const field = fieldOf(one, `f${index}`);
    if (one.place === 'inline') return `... on Mutation { ${field} }`;
    if (one.place === 'plain') return field;
    fragments.push(`fragment F${index} on Mutation { ${field} }`);
    return `...F${index}`;
  });
  return `mutation ($yes: Boolean = true, $no: Boolean = false, $nothing: ID = 1, $number: Int) { ${fields.join('\n')} used: bare @skip(if: true) x: fail(id: $nothing, how: PLAIN) @include(if: $no) { id } y: approve(id: 1, amount: $number) @skip(if: $yes) { id } }\n${fragments.join('\n')}`;
}

function expectedOf({ kind, how, id, guard }: Step): unknown[] {
  if (guard === 'skipped' || guard === 'skippedByVariable') return [];
  switch (kind) {
    case 'approve':
      return [['mutation.approve', 'success', null, { id: String(id) }]];
    case 'bare':
      return [['mutation.bare', 'success', null, null]];
    case 'fail':
      return [['mutation.fail', outcomes[how].outcome, outcomes[how].code, { id: String(id) }]];
    case 'failSync':
      return [['mutation.fail-sync', outcomes[how].outcome, outcomes[how].code, null]];
    case 'badArgument':
      return [['mutation.approve', 'failure', 'BAD_USER_INPUT', null]];
    case 'typename':
      return [];
  }
}

function recorded({ store }: Recorded): unknown[] {
  return store.activities.map(({ action, outcome, outcomeCode, input }) => [action, outcome, outcomeCode, input && { ...input }]);
}

const executors: [string, unknown][] = [['graphql', execute], ['graphql-tools', normalizedExecutor]];
const options = { fields: { approve: { input: ['id'] }, fail: { input: ['id'] } } };
const sorted = (list: unknown[]): string[] => list.map((one) => JSON.stringify(one)).toSorted();

describeOnGraphql('random mutations', () => {
  test.each(executors)('leave exactly one activity for each executed field (executor of %s)', async (_, executor) => {
    const one = record();
    const server = startEnvelop(invoiceSchema(), [useAudit(one.deedlog, options)], executor);
    const bare = startEnvelop(invoiceSchema(), [], executor);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        one.store.clear();
        const ask = { host: { user: { id: 'ada' } }, variables: { nothing: null } };
        const answer = await server.ask(documentOf(steps), ask);
        // The plugin changes nothing in the answer.
        expect(JSON.stringify(answer)).toBe(JSON.stringify(await bare.ask(documentOf(steps), ask)));
        const expected = steps.flatMap(expectedOf);
        expect(sorted(recorded(one))).toEqual(sorted(expected));
        // What ran is recorded in the order in which it ran; arguments that were refused come after.
        const ran = (list: unknown[]) => list.filter((entry) => (entry as unknown[])[2] !== 'BAD_USER_INPUT');
        expect(ran(recorded(one))).toEqual(ran(expected));
      }),
      { numRuns: 200 },
    );
  });

  test.each(executors)('leave one activity for each field that was asked for, where the variables are wrong (executor of %s)', async (_, executor) => {
    const one = record();
    const server = startEnvelop(invoiceSchema(), [useAudit(one.deedlog, options)], executor);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        one.store.clear();
        await server.ask(documentOf(steps), { host: {}, variables: { number: 'not a number' } });
        const asked = steps.filter(({ kind }) => kind !== 'typename').flatMap((each) => (expectedOf(each).length > 0 ? [each] : []));
        expect(one.store.activities.map(({ outcomeCode, input }) => [outcomeCode, input])).toEqual(asked.map(() => ['BAD_USER_INPUT', null]));
      }),
      { numRuns: 100 },
    );
  });
});
