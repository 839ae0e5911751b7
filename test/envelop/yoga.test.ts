import { useAudit } from '@deedlog/envelop';
import { GraphQLClient, gql } from 'graphql-request';
import { expect, test } from 'vitest';
import { essence, record } from './support/audit.ts';
import { hows, invoiceSchema, outcomes } from './support/invoices.ts';
import { describeOnGraphql } from './support/version.ts';
import { startYoga } from './support/yoga.ts';

describeOnGraphql('useAudit in Yoga over HTTP', () => {
  test('one line records a mutation: who, what, from where', async () => {
    const { deedlog, store } = record();
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
    const answer = await yoga.ask('mutation { approve(id: "7") { id amount } }', { user: 'ada', requestId: 'r-1' });
    expect(answer).toEqual({ data: { approve: { id: '7', amount: 10 } } });
    expect(store.activities).toHaveLength(1);
    expect(store.activities[0]).toMatchObject({
      action: 'mutation.approve',
      outcome: 'success',
      outcomeCode: null,
      actorKind: 'user',
      actorId: 'ada',
      observer: 'envelop',
      context: { requestId: 'r-1' },
      correlationId: 'r-1',
      causationId: null,
      input: null,
    });
  });

  test('serves a client library, with variables', async () => {
    const { deedlog, store } = record();
    const fields = { approve: { input: ['id', 'amount'] } };
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog, { fields })] });
    const client = new GraphQLClient(yoga.url, { headers: { 'x-user': 'ada' } });
    const document = gql`
      mutation Approve($id: ID!, $amount: Int! = 3) {
        approve(id: $id, amount: $amount) {
          id
        }
      }
    `;
    expect(await client.request(document, { id: 9 })).toEqual({ approve: { id: '9' } });
    expect(store.activities.map(({ input }) => input)).toEqual([{ id: '9', amount: 3 }]);
  });

  test('each alias is an activity of its own, in the order of execution, in one flow', async () => {
    const { deedlog, store } = record();
    const fields = { approve: { input: ['id'] } };
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog, { fields })] });
    const answer = await yoga.ask('mutation { a: approve(id: "1") { id } b: bare c: approve(id: "3") { id } d: approve(id: "2") { id } }', { user: 'ada' });
    expect(answer.errors).toBeUndefined();
    expect(store.activities.map(({ action, input }) => [action, input?.['id']])).toEqual([
      ['mutation.approve', '1'],
      ['mutation.bare', undefined],
      ['mutation.approve', '3'],
      ['mutation.approve', '2'],
    ]);
    expect(new Set(store.activities.map(({ correlationId }) => correlationId)).size).toBe(1);
    expect(new Set(store.activities.map(({ id }) => id)).size).toBe(4);
    expect(store.activities.every(({ causationId }) => causationId === null)).toBe(true);
  });

  test('a partial failure is told apart, field by field', async () => {
    const { deedlog, store } = record();
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
    const answer = await yoga.ask('mutation { ok: approve(id: "1") { id } no: fail(how: FORBIDDEN) { id } yes: bare }', { user: 'ada' });
    expect(answer.data).toEqual({ ok: { id: '1' }, no: null, yes: 'done' });
    expect(store.activities.map(({ outcome, outcomeCode }) => [outcome, outcomeCode])).toEqual([
      ['success', null],
      ['denied', 'FORBIDDEN'],
      ['success', null],
    ]);
  });

  test.each(hows)('the original error (%s) is recorded behind the mask, and never its text', async (how) => {
    for (const field of [`fail(how: ${how}) { id }`, `failSync(how: ${how})`]) {
      const { deedlog, store } = record();
      await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
      const { errors } = await yoga.ask(`mutation { ${field} }`, { user: 'ada' });
      expect(errors).toHaveLength(1);
      // Masking still works as without the plugin: only what was declared goes out.
      expect(errors?.[0]?.message === 'Unexpected error.').toBe(['PLAIN', 'STRING'].includes(how));
      expect(store.activities.map(({ outcome, outcomeCode }) => ({ outcome, code: outcomeCode }))).toEqual([outcomes[how]]);
      expect(JSON.stringify(store.activities)).not.toContain('hunter2');
    }
  });

  test('the answer is the same with and without the plugin', async () => {
    const documents = [
      'mutation { approve(id: "1") { id amount } bare }',
      'mutation { approve(id: "1") { id broken } bare }',
      'mutation { approveStrictly(id: "1") { id broken } bare }',
      ...hows.map((how) => `mutation { a: fail(how: ${how}) { id } b: bare c: failSync(how: ${how}) }`),
      'query { invoice(id: "1") { id amount broken } }',
      'query { invoice(id: "1") { id amount } secret(id: "2") __typename }',
      'mutation($n: Int!) { approve(id: "1", amount: $n) { id } }',
      '{ unknown }',
      'mutation {',
    ];
    const { deedlog } = record();
    await using bare = await startYoga({ schema: invoiceSchema(), plugins: [] });
    await using audited = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
    for (const query of documents) expect(await audited.ask(query), query).toEqual(await bare.ask(query));
  });

  test('a query leaves nothing, unless its field is marked', async () => {
    const { deedlog, store } = record();
    const fields = { 'Query.secret': { action: 'secret.view', input: ['id'] } };
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog, { fields })] });
    await yoga.ask('{ invoice(id: "1") { id } __schema { queryType { name } } }', { user: 'ada' });
    expect(store.activities).toEqual([]);
    await yoga.ask('{ invoice(id: "1") { id } a: secret(id: "1") b: secret(id: "2") }', { user: 'ada' });
    expect(store.activities.map(essence)).toEqual(['1', '2'].map((id) => ({ action: 'secret.view', outcome: 'success', code: null, actor: 'ada', target: null, input: { id } })));
  });

  test('skipped fields leave nothing; fields in fragments do', async () => {
    const { deedlog, store } = record();
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
    const query = `
      mutation ($no: Boolean!) {
        a: bare @skip(if: true)
        b: bare @include(if: $no)
        ...More @skip(if: $no)
        ... on Mutation @include(if: $no) { c: approve(id: "1") { id } }
        __typename
      }
      fragment More on Mutation { d: approve(id: "4") { id } e: bare @skip(if: true) }
    `;
    const answer = await yoga.ask(query, { variables: { no: false } });
    expect(answer.data).toEqual({ d: { id: '4' }, __typename: 'Mutation' });
    expect(store.activities.map(({ action }) => action)).toEqual(['mutation.approve']);
  });

  test('the same field asked twice under one name runs once and is recorded once', async () => {
    const { deedlog, store } = record();
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
    await yoga.ask('mutation { approve(id: "1") { id } approve(id: "1") { amount } }');
    expect(store.activities).toHaveLength(1);
  });

  test('of several operations only the chosen one counts', async () => {
    const { deedlog, store } = record();
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
    const query = 'query Q { invoice(id: "1") { id } } mutation A { bare } mutation B { approve(id: "1") { id } }';
    await yoga.post({ query, operationName: 'Q' });
    expect(store.activities).toEqual([]);
    await yoga.post({ query, operationName: 'B' });
    expect(store.activities.map(({ action }) => action)).toEqual(['mutation.approve']);
  });

  test('requests batched over HTTP are recorded one by one', async () => {
    const { deedlog, store } = record();
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)], batching: true });
    const response = await yoga.post([{ query: 'mutation { bare }' }, { query: '{ invoice(id: "1") { id } }' }, { query: 'mutation { bare x: bare }' }], { 'x-user': 'ada' });
    expect(await response.json()).toHaveLength(3);
    expect(store.activities.map(({ action, actorId }) => [action, actorId])).toEqual(Array.from({ length: 3 }, () => ['mutation.bare', 'ada']));
  });

  test('the record is stored before the answer goes out', async () => {
    const { deedlog, store } = record();
    const slow = { ...store, write: async (...call: Parameters<typeof store.write>) => (await new Promise(setImmediate), store.write(...call)) };
    const { deedlog: slowDeedlog } = record({ store: slow });
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(slowDeedlog)] });
    await yoga.ask('mutation { bare }');
    expect(store.activities).toHaveLength(1);
    await deedlog.close();
  });

  test('a store that fails masks no answer', async () => {
    const { deedlog, problems } = record({ store: { write: () => Promise.reject(new Error('disk full')) } });
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
    expect(await yoga.ask('mutation { bare }')).toEqual({ data: { bare: 'done' } });
    expect(problems).toContain('STORE_WRITE_FAILED');
  });

  test('what never reaches the plugin is not recorded: parse and validation failures, a mutation by GET, a throwing context', async () => {
    const { deedlog, store } = record();
    await using yoga = await startYoga({ schema: invoiceSchema(), plugins: [useAudit(deedlog)] });
    await using broken = await startYoga({
      schema: invoiceSchema(),
      plugins: [useAudit(deedlog)],
      context: () => {
        throw new Error('no session store');
      },
    });
    const answers = [
      await yoga.ask('mutation {'),
      await yoga.ask('mutation { approve(id: "1", amount: "x") { id } }'),
      (await (await fetch(`${yoga.url}?query=${encodeURIComponent('mutation { bare }')}`, { headers: { accept: 'application/json' } })).json()) as { errors?: unknown[] },
      await broken.ask('mutation { bare }'),
    ];
    expect(answers.map(({ errors }) => (errors?.length ?? 0) > 0)).toEqual([true, true, true, true]);
    expect(store.activities).toEqual([]);
  });
});
