import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exec } from '../house/support/exec.ts';
import { readManifest, readPackages } from '../house/support/packages.ts';
import type { Manifest } from '../house/support/packages.ts';
import { root } from '../house/support/root.ts';
import { readSnippets } from '../house/support/snippets.ts';
import { listFiles, must, outsideWorkspace, packAll } from './tarballs.ts';
import type { Tarball } from './tarballs.ts';

/** Building, packing and installing everything takes this long at most, in milliseconds. */
const SETUP_TIMEOUT = 300_000;

/** A registry that does not answer for this long, in milliseconds, is asked again. */
const FETCH_TIMEOUT = 30_000;

/** What the README's examples use beside the peers. */
const EXAMPLE_LIBRARIES = ['zod', 'graphql-yoga'];

const consumerOptions = {
  target: 'es2024',
  lib: ['esnext'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  noEmit: true,
};

const packages = readPackages().filter(({ manifest }) => manifest.private !== true);
/** Those of the README that need no database: an embedded one is a download of its own. */
const snippets = readSnippets('README.md').filter(({ runs, text }) => runs && !text.includes("'@mikro-orm/"));
// The real path: /tmp is a link on some systems, and tools compare paths.
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'deedlog-package-')));
const project = join(scratch, 'project');
let tarballs: readonly Tarball[] = [];

beforeAll(async () => {
  tarballs = await packAll(join(scratch, 'tarballs'));
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', `--fetch-timeout=${FETCH_TIMEOUT}`];
  // The machine's own npm and Node: under another Node, npm misses the machine's settings, such as its certificates.
  const outside = { cwd: project, env: outsideWorkspace(), workspaceTools: false };
  await must('npm', [...install, ...tarballs.map(({ file }) => file), ...peers()], outside);
  cpSync(join(import.meta.dirname, 'consumer.ts'), join(project, 'consumer.ts'));
  for (const { file, text } of snippets) writeFileSync(join(project, file), text);
  writeFileSync(join(project, 'names.ts'), namesProgram());
}, SETUP_TIMEOUT);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(packages)('$manifest.name', ({ folder, manifest }) => {
  const installed = (): string => join(project, 'node_modules', manifest.name);

  test('brings its build, its sources, its licence and its page, and nothing else', () => {
    const files = listFiles(installed());
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']));
    expect(files.filter((file) => !/^(LICENSE|README\.md|package\.json|(dist|src)\/.+\.(ts|js|map|sql|json))$/.test(file))).toEqual([]);
    expect(readFileSync(join(installed(), 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  test('names versions that exist outside this workspace', () => {
    const packed = readFileSync(join(installed(), 'package.json'), 'utf8');
    expect(packed).not.toMatch(/workspace:|catalog:/);
    expect((JSON.parse(packed) as { exports: object }).exports).toEqual(publishedExports(manifest));
  });

  test.each(entriesOf(manifest))('exports the names of its sources: %s', async (entry) => {
    const { code, stdout, output } = await exec('node', ['names.ts', entry], { cwd: project, env: outsideWorkspace() });
    expect(code, output).toBe(0);
    const source = (await import(entry)) as object;
    expect(JSON.parse(stdout)).toEqual(Object.keys(source).toSorted());
  });

  test('is clean for publint', async () => {
    const { code, output } = await exec('publint', ['run', tarballOf(folder), '--strict'], { cwd: root });
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/^(Warnings|Errors|Suggestions):/m);
  });

  test('has types that resolve (attw)', async () => {
    const { code, output } = await exec('attw', [tarballOf(folder), '--profile', 'esm-only', '--no-color', '--no-emoji'], { cwd: root });
    expect(code, output).toBe(0);
  });
});

describe('a project outside the workspace', () => {
  test.each([
    ['with every type of the packages and their peers', { include: ['consumer.ts', 'names.ts'], skipLibCheck: false }],
    // The declarations of MikroORM do not hold under this option, and Yoga's cache not under today's `lib`.
    ['and the README’s examples under exactOptionalPropertyTypes', { include: ['*.ts'], skipLibCheck: true, exactOptionalPropertyTypes: true }],
  ])('type-checks %s', async (_title, { include, ...options }) => {
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...consumerOptions, ...options }, include }));
    const { code, output } = await exec('tsc', ['-p', project], { cwd: project, env: outsideWorkspace() });
    expect(code, output).toBe(0);
  });

  test('has one copy of each package', () => {
    const tree = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as { packages: Record<string, unknown> };
    const nested = Object.keys(tree.packages).filter((path) => /node_modules\/.*node_modules\/@deedlog\//.test(path));
    expect(nested).toEqual([]);
  });

  test('runs', async () => {
    const { code, stdout, output } = await exec('node', ['consumer.ts'], { cwd: project, env: outsideWorkspace() });
    expect(code, output).toBe(0);
    expect(stdout).toBe('recorded\n');
  });

  test('has the command line', async () => {
    const { code, stdout, output } = await exec('npx', ['--no-install', 'deedlog', 'list', '--help'], { cwd: project, env: outsideWorkspace(), workspaceTools: false });
    expect(code, output).toBe(0);
    expect(stdout).toMatch(/^Usage: deedlog list /);
  });

  test('has examples of the README to run', () => {
    expect(snippets.length).toBeGreaterThan(0);
  });

  test.for(snippets)('runs $where', async ({ file }) => {
    const { code, output } = await exec('node', [file], { cwd: project, env: outsideWorkspace() });
    expect(code, output).toBe(0);
  });
});

function tarballOf(folder: string): string {
  return tarballs.find((each) => each.package.folder === folder)?.file ?? `no tarball of ${folder}`;
}

/** What the packages expect their user to have, and the examples use, at the versions that this workspace tests with. */
function peers(): readonly string[] {
  const names = new Set(packages.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {})).filter((name) => !name.startsWith('@deedlog/')));
  return [...names, ...EXAMPLE_LIBRARIES, '@types/node'].map((name) => `${name}@${installedVersion(name)}`);
}

function installedVersion(name: string): string {
  return readManifest(`test/node_modules/${name}`).version;
}

/** `@deedlog/core`, and `@deedlog/core/part` for each further entry. */
function entriesOf({ name, exports }: Manifest): readonly string[] {
  return Object.keys(exports ?? {}).map((entry) => `${name}${entry.slice(1)}`);
}

/** The workspace's exports, each source turned into its declaration and its JavaScript. */
function publishedExports({ exports = {} }: Manifest): object {
  const built = (source: string, extension: string): string => source.replace('/src/', '/dist/').replace(/\.ts$/, extension);
  return Object.fromEntries(Object.entries(exports).map(([entry, source]) => [entry, { types: built(source, '.d.ts'), default: built(source, '.js') }]));
}

/** Prints the names that a package exports; imports all of them, so that the type check sees every declaration file. */
function namesProgram(): string {
  const entries = packages.flatMap(({ manifest }) => entriesOf(manifest)).map((entry) => `  '${entry}': () => import('${entry}'),`);
  return [
    'const load: Record<string, () => Promise<object>> = {',
    ...entries,
    '};',
    "const names = Object.keys(await load[process.argv[2] ?? '']!()).toSorted();",
    'process.stdout.write(JSON.stringify(names));',
    '',
  ].join('\n');
}
