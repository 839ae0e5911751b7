import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exec } from './support/exec.ts';
import { readBlocks } from './support/markdown.ts';
import { readManifest } from './support/packages.ts';
import { root } from './support/root.ts';
import { readSnippets } from './support/snippets.ts';

/**
 * Beside the tests, because there the packages are found by name; hidden, so that no tool takes it for source; a new
 * one for each run, so that two runs do not meet.
 */
const scratch = mkdtempSync(join(root, 'test', '.readme-'));

/** pnpm's own commands that a page may name beside the scripts of package.json. */
const pnpmCommands = ['install', 'add', 'exec', 'dlx', 'approve-builds'];

const pages = ['README.md', 'CONTRIBUTING.md', ...packageReadmes()].filter((page) => existsSync(join(root, page)));
const snippets = pages.flatMap(readSnippets);
const commands = pages.flatMap(readCommands);

describe('TypeScript in the documentation', () => {
  beforeAll(() => {
    for (const { file, text } of snippets) writeFileSync(join(scratch, file), text);
    writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: ['./*.ts'] }));
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test('is there, and some of it runs', () => {
    expect(snippets.some(({ runs }) => runs)).toBe(true);
  });

  test('type-checks', async () => {
    const { code, output } = await exec('tsc', ['-p', join(scratch, 'tsconfig.json')], { cwd: root });
    expect(code, named(output)).toBe(0);
  });

  test.for(snippets.filter(({ runs }) => runs))('$where runs', async ({ file }) => {
    const { code, output } = await exec('node', [join(scratch, file)], { cwd: root });
    expect(code, output).toBe(0);
  });
});

describe('commands in the documentation', () => {
  test('are there', () => {
    expect(commands.length).toBeGreaterThan(0);
  });

  test.for(commands)('$where: $line', ({ line }) => {
    expect(unknownCommand(line)).toBeUndefined();
  });

  test('that do not exist would be found', () => {
    expect(unknownCommand('npx pnpm@12 tset')).toBe('tset');
    expect(unknownCommand('DATABASE_URL=postgres://x pnpm nonsense')).toBe('nonsense');
    expect(unknownCommand('node examples/none.ts')).toBe('examples/none.ts');
    expect(unknownCommand('npx pnpm@12 test')).toBeUndefined();
  });
});

function packageReadmes(): readonly string[] {
  return readdirSync(join(root, 'packages')).map((folder) => `packages/${folder}/README.md`);
}

function readCommands(page: string): readonly { readonly where: string; readonly line: string }[] {
  return readBlocks(readFileSync(join(root, page), 'utf8'))
    .filter(({ info }) => ['sh', 'bash', 'shell', 'console'].includes(info[0] ?? ''))
    .flatMap(({ line: start, text }) =>
      text
        .split('\n')
        .map((line, index) => ({ where: `${page}:${start + index + 1}`, line: line.replace(/^\$ /, '').replace(/(^|\s)#.*$/, '').trim() }))
        .filter(({ line }) => line !== ''),
    );
}

/** The word of a command line that names a script or file that does not exist. */
function unknownCommand(line: string): string | undefined {
  const words = line.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word) && word !== '--yes' && word !== 'npx');
  const [program = '', ...args] = words;
  const first = args.find((word) => !word.startsWith('-'));
  if (/^pnpm(@\d+)?$/.test(program)) {
    const known = [...pnpmCommands, ...Object.keys(readManifest('.').scripts ?? {})];
    return first === undefined || known.includes(first) ? undefined : first;
  }
  if (program === 'node') return first === undefined || existsSync(join(root, first)) ? undefined : first;
  return undefined;
}

/** Compiler messages name the generated file; say which page it comes from. */
function named(output: string): string {
  return snippets.reduce((text, { file, where }) => text.replaceAll(file, where), output);
}
