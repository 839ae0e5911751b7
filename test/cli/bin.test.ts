import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insertRecords } from '@deedlog/postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nth } from '../contract/reader.ts';
import { databaseKind, testDatabase } from '../support/database.ts';
import { jsonLines, project } from './support/cli.ts';
import type { CliResult } from './support/cli.ts';

const main = new URL('../../packages/cli/src/main.ts', import.meta.url).pathname;
const COMMANDS = ['list', 'show', 'history', 'tail', 'export', 'reconcile', 'triggers', 'migrate', 'coverage'];
const WITH_EXAMPLES = [...COMMANDS.filter((name) => name !== 'triggers'), 'triggers check', 'triggers install', 'triggers remove'];

/** A project of its own: its configuration is in TypeScript, and some adapters are installed. */
const folder = mkdtempSync(join(tmpdir(), 'deedlog-bin-'));
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules/@deedlog'), { recursive: true });
  for (const name of ['core', 'trpc']) symlinkSync(join(project, 'node_modules/@deedlog', name), join(folder, 'node_modules/@deedlog', name));
  for (const name of ['@trpc', 'deedlog', 'graphql']) symlinkSync(join(project, 'node_modules', name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'deedlog.config.ts'),
    `import { createDeedlog, memoryStore } from '@deedlog/core';
    import { auditMiddleware } from '@deedlog/trpc';
    import { initTRPC } from '@trpc/server';
    import { defineConfig, type DeedlogConfig } from 'deedlog';
    const t = initTRPC.create();
    const audited = t.procedure.concat(auditMiddleware(createDeedlog({ store: memoryStore(), actor: () => undefined })));
    const router = t.router({ approve: audited.mutation(() => 1), pay: t.procedure.mutation(() => 1) });
    const config: DeedlogConfig = { router: () => router };
    export default defineConfig(config);`,
  );
  writeFileSync(join(folder, 'graphql.config.ts'), `import { buildSchema } from 'graphql'; export default { schema: () => buildSchema('type Query { up: Int }') };`);
  writeFileSync(join(folder, 'broken.config.ts'), 'throw new Error("no such secret store");');
  writeFileSync(join(folder, 'misspelt.config.ts'), 'export default { modles: {} };');
  writeFileSync(join(folder, 'empty.config.ts'), 'export const config = {};');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Without what a test runner adds: where libraries are found, and the database. */
const environment = ({ url }: { url?: string | undefined } = {}): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], ...(url === undefined ? {} : { DATABASE_URL: url }) });

function bin(argv: readonly string[], { url }: { url?: string } = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...argv], { cwd: folder, env: environment({ url }) }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('help', () => {
  test('names every command, and the exit codes', async () => {
    const { code, stdout } = await bin(['--help']);
    expect(code).toBe(0);
    const listed = stdout.slice(stdout.indexOf('Commands:'), stdout.indexOf('Examples:'));
    expect([...listed.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name)).toEqual([...COMMANDS, 'help']);
    expect(stdout).toContain('Exit codes:');
  });

  test.each(WITH_EXAMPLES)('of %s says what it does, with examples', async (command) => {
    const { code, stdout, stderr } = await bin([...command.split(' '), '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Usage: deedlog ${command} `));
    expect(stdout).toMatch(new RegExp(`Examples:\n(  \\$ deedlog ${command}.*\n){2,}$`));
    for (const line of stdout.slice(0, stdout.indexOf('Examples:')).split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('a project', () => {
  test('has its configuration in TypeScript, and is looked into with its own adapters', async () => {
    const { code, stdout, stderr } = await bin(['coverage']);
    expect([code, stderr]).toEqual([1, '1 audited, 1 uncovered\n']);
    expect(jsonLines(stdout)).toEqual([{ kind: 'procedure', name: 'pay', type: 'mutation', status: 'uncovered' }]);
  });

  test.each([
    [['coverage', '--config', 'graphql.config.ts'], 'CLI_ADAPTER_MISSING: .*@deedlog/envelop'],
    [['list', '--config', 'none.config.ts'], 'CLI_CONFIG_INVALID: .*there is no '],
    [['list', '--config', 'broken.config.ts'], 'CLI_CONFIG_INVALID: .*no such secret store'],
    [['list', '--config', 'misspelt.config.ts'], 'CLI_CONFIG_INVALID: .*there is no setting "modles"'],
    [['list', '--config', 'empty.config.ts'], 'CLI_CONFIG_INVALID: .*has no default export'],
    [['list'], 'CLI_DATABASE_UNKNOWN'],
    [['list', '--url', 'mysql://nobody:s3cret@localhost/x'], 'CLI_CONNECTION_FAILED'],
    [['list', '--url', 'postgres://nobody:s3cret@127.0.0.1:1/x'], 'CLI_CONNECTION_FAILED: .*ECONNREFUSED'],
  ])('%j ends with 2 and says why', async (argv, why) => {
    const { code, stdout, stderr } = await bin(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`^${why}`));
    expect(stderr).not.toContain('s3cret');
  });
});

describe.runIf(databaseKind === 'postgres')('over a server (skipped without DATABASE_URL)', () => {
  const withServer = async (body: (url: string) => Promise<void>): Promise<void> => {
    await using database = await testDatabase();
    await insertRecords(database.client, { activities: Array.from({ length: 600 }, (_, index) => nth(index, { action: `a.n${index}` })), effects: [] });
    await body('clientUrl' in database.connection ? database.connection.clientUrl : '');
  };

  test('finds it by DATABASE_URL or --url, and prints JSON Lines into a pipe', () =>
    withServer(async (url) => {
      for (const result of [await bin(['list', '--limit', '2'], { url }), await bin(['list', '--limit', '2', '--url', url])]) {
        expect([result.code, result.stderr]).toEqual([0, '']);
        expect(jsonLines(result.stdout).map(({ action }) => action)).toEqual(['a.n599', 'a.n598']);
      }
    }));

  test('whoever has read enough may go', () =>
    withServer(async (url) => {
      const child = spawn(process.execPath, [main, 'export'], { cwd: folder, env: environment({ url }), stdio: ['ignore', 'pipe', 'pipe'] });
      let stderr = '';
      child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
      child.stdout.once('data', () => child.stdout.destroy());
      const code = await new Promise((resolve) => child.on('close', resolve));
      expect([code, stderr]).toEqual([0, '']);
    }));

  test('Ctrl-C ends a tail in order', () =>
    withServer(async (url) => {
      const child = spawn(process.execPath, [main, 'tail', '--lines', '1'], { cwd: folder, env: environment({ url }), stdio: ['ignore', 'pipe', 'pipe'] });
      let stderr = '';
      child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
      child.stdout.once('data', () => child.kill('SIGINT'));
      const ended = await new Promise((resolve) => child.on('close', (code, signal) => resolve([code, signal])));
      expect([ended, stderr]).toEqual([[0, null], '']);
    }));
});
