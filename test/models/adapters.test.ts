import { createDeedlog, userActor } from '@deedlog/core';
import type { Deedlog, DeedlogError } from '@deedlog/core';
import { auditDirectiveTypeDefs, useAudit } from '@deedlog/envelop';
import type { AuditContext } from '@deedlog/envelop';
import { ActivityEntity, activityModel, migrateDeedlog, mikroOrmStore } from '@deedlog/mikro-orm';
import { auditMiddleware } from '@deedlog/trpc';
import type { AuditMeta } from '@deedlog/trpc';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { initTRPC, TRPCError } from '@trpc/server';
import { createSchema, createYoga } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testOrm } from '../support/database.ts';
import type { TestOrmResource } from '../support/database.ts';

const Dataset = defineEntity({ name: 'Dataset', properties: { id: p.integer().primary(), rows: p.integer() } });
const Quality = activityModel({ name: 'AdapterQuality', table: 'adapter_quality', properties: { team: p.string(), score: p.integer().nullable() } });
const Tenant = activityModel({ name: 'AdapterTenant', table: 'adapter_tenant', properties: { team: p.string() } });

const models = {
  'data-quality': Quality,
  'by-tenant': { model: Tenant, fill: ({ action }: { action: string }) => ({ team: `filled for ${action}` }) },
  off: { enabled: false, model: activityModel({ name: 'AdapterOff', table: 'adapter_off', properties: { team: p.string() } }) },
};

interface Host {
  readonly userId: string;
  readonly em: EntityManager;
}

interface SetUp extends AsyncDisposable {
  readonly deedlog: Deedlog<Host, Record<never, never>, typeof models>;
  readonly problems: DeedlogError[];
  readonly host: () => Host;
  /** Model, action, outcome, target and own columns of every record, in the order in which they were made. */
  readonly records: () => Promise<string[]>;
  readonly datasets: () => Promise<number>;
}

async function setUp(): Promise<SetUp> {
  const database: TestOrmResource = await testOrm([Dataset, ActivityEntity, Quality, Tenant]);
  const { orm } = database;
  await migrateDeedlog(orm, { models: [Quality, Tenant, models.off.model] });
  const problems: DeedlogError[] = [];
  const deedlog = createDeedlog({
    actor: ({ userId }: Host) => userActor(userId),
    store: mikroOrmStore(orm),
    models,
    onProblem: (problem) => void problems.push(problem),
  }) as SetUp['deedlog'];
  await deedlog.check();
  return {
    deedlog,
    problems,
    host: () => ({ userId: '7', em: orm.em.fork() }),
    async records() {
      const em = orm.em.fork();
      const rows = [
        ...(await em.find(ActivityEntity, {})).map((row) => ({ ...row, of: 'default', own: '' })),
        ...(await em.find(Quality, {})).map((row) => ({ ...row, of: 'data-quality', own: `${row.team} ${row.score}` })),
        ...(await em.find(Tenant, {})).map((row) => ({ ...row, of: 'by-tenant', own: String(row.team) })),
      ];
      const inOrder = rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));
      return inOrder.map(({ of, action, outcome, targetId, actorId, own }) => `${of}: ${action} ${outcome} by ${actorId} on ${targetId}: ${own}`);
    },
    datasets: () => orm.em.fork().count(Dataset),
    async [Symbol.asyncDispose]() {
      await deedlog.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

async function create(em: EntityManager, rows: number): Promise<number> {
  const dataset = em.create(Dataset, { rows });
  await em.flush();
  return dataset.id;
}

const rows = z.number().int();

function trpcCaller({ deedlog, host }: SetUp) {
  const t = initTRPC.context<Host>().meta<AuditMeta<typeof deedlog>>().create();
  const audited = t.procedure.concat(auditMiddleware(deedlog));
  const quality = t.procedure.concat(auditMiddleware(deedlog, { model: 'data-quality' }));
  const router = t.router({
    plain: audited.input(rows).mutation(({ ctx, input }) => create(ctx.em, input)),
    byOptions: quality.input(rows).mutation(({ ctx, input }) => {
      ctx.audit.columns({ team: 'ops', score: input });
      return create(ctx.em, input);
    }),
    byMeta: audited.meta({ audit: { model: 'data-quality' } }).input(rows).mutation(({ ctx, input }) => {
      ctx.audit.columns({ team: 'lab' });
      return create(ctx.em, input);
    }),
    metaWins: quality.meta({ audit: { model: 'by-tenant' } }).input(rows).mutation(({ ctx, input }) => create(ctx.em, input)),
    forgotten: quality.input(rows).mutation(({ ctx, input }) => create(ctx.em, input)),
    refused: quality.input(rows).mutation(() => {
      throw new TRPCError({ code: 'FORBIDDEN' });
    }),
    off: audited.meta({ audit: { model: 'off' } }).input(rows).mutation(({ ctx, input }) => create(ctx.em, input)),
    completed: quality.input(rows).mutation(async ({ ctx }) => {
      await deedlog.auditUpdate({ model: 'data-quality', target: { type: 'Dataset', id: 5 }, team: 'helper', score: 5 });
      await deedlog.auditDelete({ model: 'by-tenant', target: { type: 'Dataset', id: 5 } });
      ctx.audit.reason('done');
    }),
  });
  // Called for each procedure: an EntityManager serves one.
  return router.createCaller(host);
}

describe('tRPC', () => {
  test('takes the model from the options or the meta, and its columns from ctx.audit or fill', async () => {
    await using all = await setUp();
    const caller = trpcCaller(all);
    await caller.plain(1);
    await caller.byOptions(2);
    await caller.byMeta(3);
    await caller.metaWins(4);
    expect(await all.records()).toEqual([
      'default: plain success by 7 on 1: ',
      'data-quality: by-options success by 7 on 2: ops 2',
      'data-quality: by-meta success by 7 on 3: lab null',
      'by-tenant: meta-wins success by 7 on 4: filled for meta-wins',
    ]);
    expect(all.problems).toEqual([]);
  });

  test('a required column that nobody gave takes the change back, and the failure is recorded', async () => {
    await using all = await setUp();
    await expect(trpcCaller(all).forgotten(1)).rejects.toMatchObject({ cause: { code: 'MODEL_COLUMN_MISSING' } });
    expect(await all.datasets()).toBe(0);
    expect(await all.records()).toEqual([expect.stringMatching(/^data-quality: forgotten failure by 7 .*: null null$/)]);
  });

  test('what was refused is a record of the model, although nobody came to say its columns', async () => {
    await using all = await setUp();
    await expect(trpcCaller(all).refused(1)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(trpcCaller(all).byOptions('none' as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await all.records()).toEqual([
      'data-quality: refused denied by 7 on null: null null',
      'data-quality: by-options failure by 7 on null: null null',
    ]);
    expect(all.problems).toEqual([]);
  });

  test('a model that is off leaves no record, and the call goes on', async () => {
    await using all = await setUp();
    expect(await trpcCaller(all).off(1)).toBe(1);
    expect(await all.records()).toEqual([]);
    expect(all.deedlog.counters).toMatchObject({ ignored: expect.any(Number), lost: 0 });
    expect(all.problems).toEqual([]);
  });

  test('a helper of the same model completes the record; one of another model makes its own', async () => {
    await using all = await setUp();
    await trpcCaller(all).completed(1);
    expect(await all.records()).toEqual([
      'data-quality: dataset.update success by 7 on 5: helper 5',
      'by-tenant: dataset.delete success by 7 on 5: filled for dataset.delete',
    ]);
  });
});

const typeDefs = /* GraphQL */ `
  type Query { none: Int }
  type Mutation {
    plain(rows: Int!): Int
    byDirective(rows: Int!): Int @audit(model: "data-quality", action: "dataset.check")
    byExtensions(rows: Int!): Int
    byOption(rows: Int!): Int
    optionWins(rows: Int!): Int @audit(model: "data-quality")
    forgotten(rows: Int!): Int @audit(model: "data-quality")
    off(rows: Int!): Int @audit(model: "off")
  }
`;

type Context = Host & AuditContext<{ team: string; score: number | null }>;

function yogaOf({ deedlog, host }: SetUp, { definitions = typeDefs }: { definitions?: string } = {}): (query: string, rows?: unknown) => Promise<unknown> {
  const plainly = (_: unknown, args: { rows: number }, { em }: Context): Promise<number> => create(em, args.rows);
  const told = (_: unknown, args: { rows: number }, { em, audit }: Context): Promise<number> => {
    audit.columns({ team: 'ops', score: args.rows });
    return create(em, args.rows);
  };
  const Mutation = { plain: plainly, byDirective: told, byExtensions: told, byOption: plainly, optionWins: plainly, forgotten: plainly, off: plainly };
  const schema = createSchema<Context>({ typeDefs: [auditDirectiveTypeDefs, definitions], resolvers: { Mutation } });
  const field = schema.getMutationType()?.getFields()['byExtensions'];
  if (field !== undefined) field.extensions = { audit: { model: 'data-quality' } };
  const plugin = useAudit(deedlog, { fields: { byOption: { model: 'by-tenant' }, optionWins: { model: 'by-tenant' } } });
  const yoga = createYoga({ schema: schema as never, context: host, plugins: [plugin], logging: false });
  return async (query, given) => {
    const answer = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `mutation${given === undefined ? '' : '($rows: Int!)'} { ${query} }`, variables: { rows: given } }),
    });
    return answer.json();
  };
}

describe('GraphQL Yoga', () => {
  test('takes the model from the directive, the extensions or the option, and its columns from context.audit or fill', async () => {
    await using all = await setUp();
    const ask = yogaOf(all);
    await ask('plain(rows: 1)');
    expect(await ask('byDirective(rows: 2) byExtensions(rows: 3) byOption(rows: 4)')).toEqual({ data: { byDirective: 2, byExtensions: 3, byOption: 4 } });
    await ask('optionWins(rows: 5)');
    expect(await all.records()).toEqual([
      'default: mutation.plain success by 7 on 1: ',
      'data-quality: dataset.check success by 7 on 2: ops 2',
      'data-quality: mutation.by-extensions success by 7 on 3: ops 3',
      'by-tenant: mutation.by-option success by 7 on 4: filled for mutation.by-option',
      'by-tenant: mutation.option-wins success by 7 on 5: filled for mutation.option-wins',
    ]);
    expect(all.problems).toEqual([]);
  });

  test('a required column that nobody gave takes the change back; what is off is not recorded', async () => {
    await using all = await setUp();
    const ask = yogaOf(all);
    expect(await ask('forgotten(rows: 1)')).toMatchObject({ data: { forgotten: null }, errors: [{ path: ['forgotten'] }] });
    expect(await all.datasets()).toBe(0);
    expect(await all.records()).toEqual([expect.stringMatching(/^data-quality: mutation\.forgotten failure by 7 .*: null null$/)]);
    expect(await ask('off(rows: 2)')).toMatchObject({ data: { off: expect.any(Number) } });
    expect(await all.records()).toHaveLength(1);
  });

  test('arguments that GraphQL refuses leave a record of the model', async () => {
    await using all = await setUp();
    expect(await yogaOf(all)('forgotten(rows: $rows)', 'many')).toHaveProperty('errors');
    expect(await all.records()).toEqual(['data-quality: mutation.forgotten failure by 7 on null: null null']);
    expect(all.problems).toEqual([]);
  });

  test('a misspelt model is an error when the schema arrives', async () => {
    await using all = await setUp();
    const definitions = typeDefs.replace('@audit(model: "off")', '@audit(model: "of")');
    expect(() => yogaOf(all, { definitions })).toThrow(expect.objectContaining({ code: 'MODEL_UNKNOWN', message: expect.stringContaining('Mutation.off: "of"') }));
  });
});
