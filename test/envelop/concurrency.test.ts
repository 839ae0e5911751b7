import { useAudit } from '@deedlog/envelop';
import { expect, test } from 'vitest';
import { record } from './support/audit.ts';
import { invoiceSchema } from './support/invoices.ts';
import { describeOnGraphql } from './support/version.ts';
import { startYoga } from './support/yoga.ts';

const REQUESTS = 200;
const ALIASES = 3;

describeOnGraphql('many users at once', () => {
  test(`${REQUESTS} requests of ${ALIASES} fields each: every record is of its own user and request`, async () => {
    const { deedlog, store } = record();
    const wait = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    const resolvers = {
      Mutation: {
        approve: async (_: unknown, { id }: { id: string }) => {
          await wait();
          deedlog.audit.target({ type: 'invoice', id });
          await Promise.all([wait(), wait()]);
          deedlog.audit.metadata({ seen: deedlog.requireContext().requestId });
          return { id };
        },
      },
    };
    const query = `mutation ($id: ID!) { ${Array.from({ length: ALIASES }, (_, index) => `a${index}: approve(id: $id) { id }`).join(' ')} }`;
    await using yoga = await startYoga({ schema: invoiceSchema({ resolvers }), plugins: [useAudit(deedlog)] });
    const answers = await Promise.all(
      Array.from({ length: REQUESTS }, (_, index) => yoga.ask(query, { variables: { id: `i${index}` }, user: `u${index}`, requestId: `r${index}` })),
    );
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    expect(store.activities).toHaveLength(REQUESTS * ALIASES);
    for (const { actorId, targetId, correlationId, context, metadata } of store.activities) {
      const index = actorId?.slice(1);
      expect([targetId, correlationId, context.requestId, metadata['seen']]).toEqual([`i${index}`, `r${index}`, `r${index}`, `r${index}`]);
    }
    const perUser = Map.groupBy(store.activities, ({ actorId }) => actorId);
    expect([...perUser.values()].every((own) => own.length === ALIASES)).toBe(true);
    expect(perUser.size).toBe(REQUESTS);
  });
});
