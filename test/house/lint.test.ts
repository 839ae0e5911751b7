import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exec } from './support/exec.ts';
import { readPackages } from './support/packages.ts';
import { root } from './support/root.ts';
import { readSources } from './support/source-file.ts';

/** A file that each rule has to find fault with: a linter that starts but checks nothing is green too. */
const faults: readonly { readonly rule: string; readonly text: string }[] = [
  { rule: 'no-floating-promises', text: 'export function f(): void { Promise.resolve(1); }' },
  { rule: 'no-misused-promises', text: 'export function f(): void { [1].forEach(async () => { await Promise.resolve(); }); }' },
  { rule: 'await-thenable', text: 'export async function f(): Promise<void> { await 1; }' },
  { rule: 'switch-exhaustiveness-check', text: "export function f(a: 'x' | 'y'): void { switch (a) { case 'x': break; } }" },
  { rule: 'no-explicit-any', text: 'export function f(a: any): unknown { return a; }' },
  { rule: 'no-console', text: "export function f(): void { console.log('x'); }" },
  { rule: 'no-default-export', text: 'export default function f(): void {}' },
  { rule: 'consistent-type-imports', text: "import { Stats } from 'node:fs';\nexport type A = Stats;" },
  { rule: 'consistent-type-specifier-style', text: "import { type Stats, statSync } from 'node:fs';\nexport const a: (path: string) => Stats = statSync;" },
  { rule: 'max-params', text: 'export function f(a: 1, b: 2, c: 3, d: 4): number { return a + b + c + d; }' },
  { rule: 'max-lines', text: `export const a = 1;${'\n'.repeat(260)}export const b = 2;` },
  { rule: 'max-lines-per-function', text: `export function f(): void {${'\n'.repeat(70)}}` },
];

const scratch = mkdtempSync(join(tmpdir(), 'deedlog-lint-'));
let found: readonly { readonly code: string; readonly filename: string }[] = [];

beforeAll(async () => {
  cpSync(join(root, '.oxlintrc.json'), join(scratch, '.oxlintrc.json'));
  const compilerOptions = { strict: true, module: 'nodenext', target: 'es2024', types: ['node'], typeRoots: [join(root, 'node_modules/@types')] };
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['packages'] }));
  for (const { rule, text } of faults) {
    const file = join(scratch, fileOf(rule));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const { stdout } = await exec('oxlint', ['--type-aware', '--format=json'], { cwd: scratch });
  found = (JSON.parse(stdout) as { diagnostics: typeof found }).diagnostics;
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the linter', () => {
  test.each(faults)('finds a fault against $rule', ({ rule }) => {
    expect(found.filter(({ filename }) => filename.endsWith(fileOf(rule))).map(({ code }) => code)).toContainEqual(
      expect.stringMatching(new RegExp(`\\(${rule}\\)$`)),
    );
  });

  test('is switched off for a line only with a reason', () => {
    const files = [...readPackages().flatMap(({ sources }) => sources), ...readSources('examples'), ...readSources('test')];
    const silent = files.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:oxlint|eslint)-disable.*$/gm)].map(([comment]) => comment).filter((comment) => !/ -- \S/.test(comment)).map((comment) => `${path}: ${comment}`),
    );
    // This file names the comment in its own pattern.
    expect(silent.filter((line) => !line.startsWith('test/house/lint.test.ts'))).toEqual([]);
  });
});

function fileOf(rule: string): string {
  return `packages/sample/src/${rule}.ts`;
}
