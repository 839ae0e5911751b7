import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDeedlog, memoryStore } from '@deedlog/core';
import { useAudit, wrapMutationFields } from '@deedlog/envelop';
import { ActivityEntity, activityModel, auditable, EffectEntity } from '@deedlog/mikro-orm';
import { auditMiddleware } from '@deedlog/trpc';
import type { AuditMeta } from '@deedlog/trpc';
import { defineEntity, p } from '@mikro-orm/core';
import { initTRPC, lazy } from '@trpc/server';
import type { DeedlogConfig } from 'deedlog';
import { createSchema, createYoga } from 'graphql-yoga';
import { afterEach, describe, expect, test } from 'vitest';
import { testOrm } from '../support/database.ts';
import { cli, jsonLines, project } from './support/cli.ts';

const deedlog = createDeedlog({ store: memoryStore(), actor: () => undefined });
const t = initTRPC.meta<AuditMeta<typeof deedlog>>().create();
const audited = t.procedure.concat(auditMiddleware(deedlog));

const slow = t.router({ purge: t.procedure.mutation(() => 1), deeper: lazy(() => Promise.resolve({ default: t.router({ wipe: audited.mutation(() => 1) }) })) });
const router = t.router({
  invoice: t.router({ approve: audited.mutation(() => 1), pay: t.procedure.mutation(() => 1), list: t.procedure.query(() => 1) }),
  ping: audited.meta({ audit: false }).mutation(() => 1),
  read: audited.query(() => 1),
  print: audited.meta({ audit: { action: 'report.print' } }).query(() => 1),
  slow: lazy(() => Promise.resolve({ default: slow })),
});

const typeDefs = /* GraphQL */ `
  type Query { up: Boolean }
  type Mutation { approve: Boolean, ping: Boolean }
`;
const schema = createSchema({ typeDefs });
const fields = { ping: { skip: true } };

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** Inside test/, where the adapters are found. */
function folder(): string {
  const made = mkdtempSync(join(project, '.cli-'));
  folders.push(made);
  return made;
}

const statuses = async (config: DeedlogConfig, ...flags: string[]): Promise<Record<string, unknown>> => {
  const { stdout } = await cli(['coverage', '--all', '--reads', ...flags], { config });
  return Object.fromEntries(jsonLines(stdout).map(({ kind, name, status }) => [`${String(kind)} ${String(name)}`, status]));
};

describe('what is audited', () => {
  test('of tRPC: every procedure, lazy ones too, before its first call and after', async () => {
    const expected = {
      'procedure invoice.approve': 'audited',
      'procedure invoice.list': 'uncovered',
      'procedure invoice.pay': 'uncovered',
      'procedure ping': 'excluded',
      'procedure print': 'audited',
      'procedure read': 'excluded',
      'procedure slow.deeper.wipe': 'audited',
      'procedure slow.purge': 'uncovered',
    };
    expect(await statuses({ router: () => router })).toEqual(expected);
    const caller = router.createCaller({});
    await Promise.all([caller.invoice.approve(), caller.invoice.pay(), caller.ping(), caller.print(), caller.read()]);
    expect(await statuses({ router: () => router })).toEqual(expected);
  });

  test('of GraphQL: the fields of the schema that runs, whoever wrapped it', async () => {
    const expected = { 'field Mutation.approve': 'audited', 'field Mutation.ping': 'excluded', 'field Query.up': 'uncovered' };
    expect(await statuses({ schema: () => wrapMutationFields(deedlog, schema, { fields }) })).toEqual(expected);
    const yoga = createYoga({ schema, plugins: [useAudit(deedlog, { fields })] });
    await yoga.fetch('http://localhost/graphql?query={__typename}');
    expect(await statuses({ schema: () => yoga.getEnveloped().schema })).toEqual(expected);
    expect(await statuses({ schema: () => schema })).toEqual({ 'field Mutation.approve': 'uncovered', 'field Mutation.ping': 'uncovered', 'field Query.up': 'uncovered' });
  });

  test('of MikroORM: entities with a table of their own', async () => {
    const Tag = defineEntity({ name: 'Tag', properties: { id: p.integer().primary() } });
    const Bill = defineEntity({ name: 'Bill', properties: { id: p.integer().primary(), total: p.integer(), tags: () => p.manyToMany(Tag) } });
    const Money = defineEntity({ name: 'Money', embeddable: true, properties: { amount: p.integer() } });
    const Kept = defineEntity({ name: 'Kept', properties: { id: p.integer().primary(), secret: p.text(), price: () => p.embedded(Money) } });
    auditable(Kept, { fields: { secret: 'hash' } });
    const quality = activityModel({ name: 'quality', table: 'quality_activity', properties: { ward: p.integer() } });
    await using database = await testOrm([Tag, Bill, Kept, Money, ActivityEntity, EffectEntity, quality]);
    let closed = 0;
    const close = database.orm.close.bind(database.orm);
    database.orm.close = async () => void closed++;
    expect(await statuses({ orm: () => database.orm })).toEqual({ 'entity Bill': 'uncovered', 'entity Kept': 'audited', 'entity Tag': 'uncovered' });
    expect(closed).toBe(1);
    database.orm.close = close;
  });
});

describe('the command', () => {
  const config: DeedlogConfig = { router: () => router };

  test('lists what is uncovered and may change something, and ends with 1', async () => {
    const { code, stdout, stderr } = await cli(['coverage'], { config, tty: true });
    expect(stdout).toBe(['Kind          Name         Status', 'mutation      invoice.pay  uncovered', 'mutation      slow.purge   uncovered', ''].join('\n'));
    expect([code, stderr]).toEqual([1, '2 audited, 2 uncovered\n']);
  });

  test('fails on nothing that the baseline has, on what is new, and names what is gone', async () => {
    const cwd = folder();
    const file = join(cwd, 'deedlog.coverage.json');
    expect(await cli(['coverage', '--baseline'], { config, cwd })).toMatchObject({ code: 1 });
    expect(existsSync(file)).toBe(false);
    expect(await cli(['coverage', '--update'], { config, cwd })).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe('{\n  "uncovered": [\n    "procedure invoice.pay",\n    "procedure slow.purge"\n  ]\n}\n');
    expect(await cli(['coverage', '--baseline'], { config, cwd })).toEqual({ code: 0, stdout: '', stderr: '2 audited, 0 uncovered, 2 known\n' });
    writeFileSync(file, JSON.stringify({ uncovered: ['procedure invoice.pay', 'procedure invoice.approve', 'entity Gone'] }));
    const { code, stdout, stderr } = await cli(['coverage', '--baseline', 'deedlog.coverage.json'], { config, cwd });
    expect([code, jsonLines(stdout).map(({ name }) => name)]).toEqual([1, ['slow.purge']]);
    expect(stderr).toContain('  procedure invoice.approve\n  entity Gone\n');
    writeFileSync(file, '{"uncovered": [1]}');
    expect(await cli(['coverage', '--baseline'], { config, cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI_BASELINE_INVALID') as string });
    writeFileSync(file, 'no json');
    expect(await cli(['coverage', '--baseline'], { config, cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI_BASELINE_INVALID') as string });
  });

  test('reads queries where it is asked to', async () => {
    const { stdout } = await cli(['coverage', '--reads'], { config });
    expect(jsonLines(stdout).map(({ name }) => name)).toEqual(['invoice.list', 'invoice.pay', 'slow.purge']);
  });

  test('says that it lacks something to look at', async () => {
    expect(await cli(['coverage'], { config: {} })).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI_CONFIG_LACKS') as string });
  });
});
