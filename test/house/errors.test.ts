import { describe, expect, test } from 'vitest';
import { documentedErrors, readErrorTables, renderErrors } from './support/error-table.ts';
import { readPackages } from './support/packages.ts';

const tables = await readErrorTables();
const codes = tables.flatMap(({ entries }) => Object.keys(entries));

describe('error codes', () => {
  test('exist at all, core’s among them', () => {
    expect(tables.map((table) => table.package)).toContain('@deedlog/core');
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
    const sources = readPackages().flatMap((each) => each.sources.filter(({ path }) => !path.endsWith('/errors.ts')));
    const text = sources.map((source) => source.text).join('\n');
    expect(codes.filter((code) => !new RegExp(`['"\`]${code}['"\`]`).test(text))).toEqual([]);
  });

  test('are all in the README with their meaning and remedy, and nothing stale is (node test/house/write-errors.ts)', () => {
    expect(documentedErrors()).toBe(renderErrors(tables));
  });

  test('fill a row each, with the code first', () => {
    const table = renderErrors([{ package: '@deedlog/core', entries: { A_B: { meaning: 'either a | b', remedy: 'Take\nc.' } } }]);
    expect(table.split('\n').at(-1)).toBe('| `A_B` | core | either a \\| b | Take c. |');
  });
});
