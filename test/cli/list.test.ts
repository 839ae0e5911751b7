import { insertRecords } from '@deedlog/postgres';
import type { PostgresLike } from '@deedlog/postgres';
import { createId } from '@deedlog/core';
import type { Activity } from '@deedlog/core';
import { describe, expect, test } from 'vitest';
import { nth } from '../contract/reader.ts';
import { testDatabase } from '../support/database.ts';
import { cli, jsonLines } from './support/cli.ts';
import type { CliOptions } from './support/cli.ts';

const ID = '019ab0c4-6f3e-7c11-8d35-2f1b8a4d9e01';
const ada = { actorKind: 'user', actorId: '7', actorLabel: 'Ada Lovelace' } as const;

const records: Activity[] = [
  nth(0, { ...ada, action: 'invoice.create', targetType: 'Invoice', targetId: '42', tool: 'billing', tenant: 'acme' }),
  nth(1, { ...ada, id: ID, action: 'invoice.approve', targetType: 'Invoice', targetId: '42', targetLabel: 'INV-42', message: 'approved {n}', messageValues: { n: 'INV-42' }, reason: 'checked', onBehalfOf: { kind: 'user', id: '8', label: 'Grace', via: 'impersonation', onBehalfOf: null }, changes: { status: { old: 'open', new: 'approved' } }, input: { id: 42 }, context: { ip: '192.0.2.1', requestId: 'r-1' }, correlationId: 'flow-1' }),
  nth(2, { action: 'login.fail', outcome: 'denied', outcomeCode: 'UNAUTHORIZED', actorKind: 'anonymous' }),
  nth(3, { action: 'report.print', outcome: 'failure', actorKind: 'system', actorId: 'nightly-mailer-of-reports', targetType: 'Report', targetId: 'a-very-long-identifier-that-does-not-fit' }),
];

async function withLog(body: (read: (argv: readonly string[], options?: CliOptions) => ReturnType<typeof cli>, client: PostgresLike) => Promise<void>): Promise<void> {
  await using database = await testDatabase();
  await insertRecords(database.client, {
    activities: records,
    effects: [
      { table: 'public.invoice', op: 'U', key: '42', changes: { status: ['open', 'approved'], total: [1, 2] }, activityId: ID },
      { table: 'public.invoice', op: 'D', key: '43', changes: {}, activityId: null },
    ],
  });
  await body((argv, options) => cli(argv, { client: database.client, ...options }), database.client);
}

describe('on a terminal', () => {
  test('a list is a table of 80 columns', () =>
    withLog(async (read) => {
      const { code, stdout, stderr } = await read(['list'], { tty: true });
      expect(`\n${stdout}`).toBe(`
When (UTC)           Actor             Action           Outcome  Object
2026-11-01 00:03:00  system nightly-…  report.print     failure  Report a-very-…
2026-11-01 00:02:00  anonymous         login.fail       denied
2026-11-01 00:01:00  Ada Lovelace (7…  invoice.approve  success  Invoice 42 (IN…
2026-11-01 00:00:00  Ada Lovelace (7)  invoice.create   success  Invoice 42
`);
      expect([code, stderr]).toEqual([0, '4 of 4, newest first\n']);
      for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }));

  test('a wide one has the message and the id too, a chosen one what was asked for', () =>
    withLog(async (read) => {
      const wide = await read(['list', '--action', 'invoice.approve'], { tty: true, columns: 200 });
      expect(wide.stdout).toContain('approved INV-42');
      expect(wide.stdout).toContain(ID);
      const chosen = await read(['list', '--columns', 'id,reason', '--limit', '1', '--text', 'check'], { tty: true });
      expect(chosen.stdout).toBe(`Id                                    Reason\n${ID}  checked\n`);
      expect(await read(['list', '--columns', 'id,nothing'], { tty: true })).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('CLI_ARGUMENT_INVALID') as string });
    }));

  test('an activity is shown whole', () =>
    withLog(async (read) => {
      const { code, stdout } = await read(['show', ID], { tty: true });
      expect(code).toBe(0);
      expect(`\n${stdout}`).toBe(`
invoice.approve  success
  id            ${ID}
  when          2026-11-01T00:01:00.000Z
  recorded      2026-11-01T00:01:00.000Z
  actor         Ada Lovelace (7)
  on behalf of  Grace (8), by impersonation
  object        Invoice 42 (INV-42)
  message       approved INV-42
  reason        checked
  model         default
  input         {"id":42}
  ip            192.0.2.1
  requestId     r-1
  correlation   flow-1
  observer      manual (contract)

Changes
  Field   Before  After
  status  "open"  "approved"

update of public.invoice 42
  Field   Before  After
  total   1       2
  status  "open"  "approved"
`);
    }));

  test('a history has what changed, rows included', () =>
    withLog(async (read) => {
      const { stdout, code } = await read(['history', 'Invoice', '42', '--columns', 'when,changes'], { tty: true, columns: 120, config: { tableOfType: { Invoice: 'public.invoice' } } });
      expect(code).toBe(0);
      expect(stdout).toContain('  status: open → approved; public.invoice.total: 1 → 2; public.invoice.status: open → approved\n');
      expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    }));

  test('nothing found is said', () =>
    withLog(async (read) => {
      expect(await read(['list', '--actor', 'nobody'], { tty: true })).toEqual({ code: 0, stdout: '', stderr: 'Nothing was found.\n' });
    }));

  test('colours come only where they are wanted', () =>
    withLog(async (read) => {
      const escape = '\u001b[';
      expect((await read(['list'], { tty: true, env: {} })).stdout).toContain(escape);
      expect((await read(['list'], { tty: true, env: { NO_COLOR: '1' } })).stdout).not.toContain(escape);
      expect((await read(['list'], { tty: true, env: { TERM: 'dumb' } })).stdout).not.toContain(escape);
      expect((await read(['list', '--table'], { env: {} })).stdout).not.toContain(escape);
    }));
});

describe('in a pipe', () => {
  test('everything is JSON Lines', () =>
    withLog(async (read) => {
      const { stdout, stderr, code } = await read(['list']);
      expect([code, stderr]).toEqual([0, '']);
      expect(jsonLines(stdout).map(({ action }) => action)).toEqual(['report.print', 'login.fail', 'invoice.approve', 'invoice.create']);
      expect(jsonLines((await read(['show', ID])).stdout)).toMatchObject([{ id: ID, effects: [{ table: 'public.invoice' }] }]);
      expect(jsonLines((await read(['history', 'Invoice', '42'])).stdout).map(({ action }) => action)).toEqual(['invoice.approve', 'invoice.create']);
    }));

  test('--json does so on a terminal, --table the other way round', () =>
    withLog(async (read) => {
      expect(jsonLines((await read(['list', '--json'], { tty: true })).stdout)).toHaveLength(4);
      expect((await read(['list', '--table'])).stdout).toMatch(/^When \(UTC\)/);
    }));
});

describe('flags', () => {
  test.each<[string[], string[]]>([
    [['--action', 'invoice.*'], ['invoice.approve', 'invoice.create']],
    [['--action', 'invoice.approve'], ['invoice.approve']],
    [['--actor', '7', '--until', '2026-11-01T00:01'], ['invoice.create']],
    [['--actor-kind', 'system'], ['report.print']],
    [['--target', 'Invoice:42'], ['invoice.approve', 'invoice.create']],
    [['--target', 'Report'], ['report.print']],
    [['--outcome', 'denied'], ['login.fail']],
    [['--tool', 'billing'], ['invoice.create']],
    [['--tenant', 'acme'], ['invoice.create']],
    [['--correlation', 'flow-1'], ['invoice.approve']],
    [['--request', 'r-1'], ['invoice.approve']],
    [['--text', 'check'], ['invoice.approve']],
    [['--from', '2026-11-01T00:02Z'], ['report.print', 'login.fail']],
    [['--from', '2026-11-01 01:02+01:00'], ['report.print', 'login.fail']],
    [['--from', '2026-11-02'], []],
    [['--observer', 'cli'], []],
    [['--limit', '2'], ['report.print', 'login.fail']],
    [['--unexplained'], ['row.delete']],
  ])('%j', (flags, actions) =>
    withLog(async (read) => {
      const { code, stdout } = await read(['list', ...flags]);
      expect([code, jsonLines(stdout).map(({ action }) => action)]).toEqual([0, actions]);
    }),
  );

  test('how long ago', async () => {
    await using database = await testDatabase();
    const ago = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);
    await insertRecords(database.client, { activities: [1, 3, 30].map((hours) => ({ ...nth(0), id: createId(), action: `ago.h${hours}`, occurredAt: ago(hours) })), effects: [] });
    const actions = async (from: string): Promise<unknown[]> => jsonLines((await cli(['list', '--from', from], { client: database.client })).stdout).map(({ action }) => action);
    expect(await actions('2h')).toEqual(['ago.h1']);
    expect(await actions('90m')).toEqual(['ago.h1']);
    expect(await actions('1d')).toEqual(['ago.h1', 'ago.h3']);
    expect(await actions('1w')).toHaveLength(3);
  });

  test('a limit beyond one page is read in pages', async () => {
    await using database = await testDatabase();
    await insertRecords(database.client, { activities: Array.from({ length: 1203 }, (_, index) => nth(index)), effects: [] });
    const lines = jsonLines((await cli(['list', '--limit', '1100'], { client: database.client })).stdout);
    expect(lines).toHaveLength(1100);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(1100);
    expect((await cli(['list', '--limit', '600'], { client: database.client, tty: true })).stderr).toMatch(/600 of (about )?1,\d{3}, newest first/);
  });

  test.for([
    ['list', '--nothing'],
    ['list', '--limit', '0'],
    ['list', '--limit', '1.5'],
    ['list', '--from', 'yesterday'],
    ['list', '--from', '2026-02-31'],
    ['list', '--outcome', 'good'],
    ['list', '--action', 'a*b'],
    ['list', '--target', ':42'],
    ['list', '--where', 'ward'],
    ['list', '--where', 'ward=3'],
    ['list', '--model', 'none'],
    ['list', 'argument'],
    ['history', 'Invoice'],
    ['show'],
    ['show', 'no-uuid'],
    ['tail', '--interval', 'soon'],
    ['export', '--format', 'xml'],
    ['export', '--output', '/nowhere/at/all.csv'],
    ['nothing'],
    [],
  ])('%j is refused with exit code 2 and a word on why', (argv) =>
    withLog(async (read) => {
      const { code, stdout, stderr } = await read(argv);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).not.toBe('');
    }),
  );

  test('an activity that does not exist is exit code 1', () =>
    withLog(async (read) => {
      expect(await read(['show', createId()])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('There is no activity') as string });
    }));
});
