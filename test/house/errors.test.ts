import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPackages } from './support/packages.ts';
import { root } from './support/root.ts';

interface Table {
  readonly package: string;
  readonly name: string;
  readonly entries: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>;
}

const packages = readPackages();
const tables = await readTables();
const codes = tables.flatMap(({ entries }) => Object.keys(entries));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('error codes', () => {
  test('exist at all, core’s among them', () => {
    expect(tables.map(({ name }) => name)).toContain('coreErrors');
    expect(codes.length).toBeGreaterThan(0);
  });

  test.each(tables)('of $package are written in capitals, with a meaning and a remedy', ({ entries }) => {
    for (const [code, { meaning, remedy }] of Object.entries(entries)) {
      expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
      expect(meaning.trim(), code).not.toBe('');
      expect(remedy.trim(), code).not.toBe('');
    }
  });

  test('belong to one package each', () => {
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  test('are each thrown or reported by some package', () => {
    const code = packages.flatMap(({ sources }) => sources.filter(({ path }) => !path.endsWith('/errors.ts')).map(({ text }) => text)).join('\n');
    expect(codes.filter((each) => !new RegExp(`['"\`]${each}['"\`]`).test(code))).toEqual([]);
  });

  test('are all in the README’s table, and nothing stale is', () => {
    expect(documentedCodes(readme).toSorted()).toEqual(codes.toSorted());
  });

  test('the table is read from the section Errors only', () => {
    expect(documentedCodes('# A\n| `NOT_ONE` | x |\n## Errors\n| Code | Meaning |\n|---|---|\n| `ONE` | x |\n## B\n| `NOT_TWO` | x |\n')).toEqual(['ONE']);
  });
});

/** Every export called `<package>Errors`, through the package's public name. */
async function readTables(): Promise<readonly Table[]> {
  const found = await Promise.all(
    packages.map(async ({ manifest }) => {
      const module = (await import(manifest.name)) as Readonly<Record<string, unknown>>;
      return Object.entries(module)
        .filter(([name, value]) => name.endsWith('Errors') && typeof value === 'object')
        .map(([name, entries]) => ({ package: manifest.name, name, entries: entries as Table['entries'] }));
    }),
  );
  return found.flat();
}

/** First column of the table rows under the heading "Errors", down to the next heading of its level. */
function documentedCodes(markdown: string): readonly string[] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => /^#{1,6} Errors\s*$/.test(line));
  if (start === -1) return [];
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1;
  const length = lines.slice(start + 1).findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
  const section = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
  return section.flatMap((line) => /^\|\s*`([^`]+)`\s*\|/.exec(line)?.[1] ?? []);
}
