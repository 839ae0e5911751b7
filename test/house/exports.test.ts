import { describe, expect, test } from 'vitest';
import { readPackages } from './support/packages.ts';
import { parseSource } from './support/source-file.ts';
import type { SourceFile } from './support/source-file.ts';

/** pino calls the default export of a transport's module. */
const transports = ['packages/pino/src/transport/file-transport.ts'];

const packages = readPackages();
const sources = packages.flatMap((each) => each.sources);

describe('exports of the packages', () => {
  test('are named: no default but that of a transport, no star', () => {
    expect(sources.flatMap(unnamed)).toEqual(transports.map((path) => `${path}: default`));
  });

  test('a default or a star would be found', () => {
    expect(unnamed(parseSource('a.ts', 'export default 1;'))).toEqual(['a.ts: default']);
    expect(unnamed(parseSource('a.ts', "export * from './b.ts';"))).toEqual(['a.ts: *']);
    expect(unnamed(parseSource('a.ts', "export * as b from './b.ts';"))).toEqual(['a.ts: *']);
    expect(unnamed(parseSource('a.ts', 'export const b = 1;'))).toEqual([]);
  });

  test('are listed in an index.ts that does nothing else', () => {
    expect(sources.filter(({ path }) => path.endsWith('/index.ts')).flatMap(otherThanLists)).toEqual([]);
  });

  test('code in an index.ts would be found', () => {
    expect(otherThanLists(parseSource('a/index.ts', "export { b } from './b.ts';\nexport const c = 1;"))).toHaveLength(1);
    expect(otherThanLists(parseSource('a/index.ts', "import './b.ts';"))).toHaveLength(1);
  });

  test('have one index.ts per package: an inner one becomes an API by accident', () => {
    const inner = sources.filter(({ path }) => /^packages\/[^/]+\/src\/.+\/index\.ts$/.test(path));
    expect(inner.map(({ path }) => path)).toEqual([]);
  });

  test('carry each name once across all packages', () => {
    const owners = new Map<string, string[]>();
    for (const { folder, sources: files } of packages) {
      for (const name of files.find(({ path }) => path.endsWith('/src/index.ts'))?.exported ?? []) {
        owners.set(name, [...(owners.get(name) ?? []), folder]);
      }
    }
    expect([...owners].filter(([, folders]) => folders.length > 1)).toEqual([]);
  });
});

function unnamed({ path, exported }: SourceFile): readonly string[] {
  return exported.filter((name) => name === 'default' || name === '*').map((name) => `${path}: ${name}`);
}

/** Statements that are not `export { … } from "…"`; an empty `export {}` is a package without names yet. */
function otherThanLists({ path, text, program }: SourceFile): readonly string[] {
  return program.body
    .filter((node) => node.type !== 'ExportNamedDeclaration' || (node.source === null && (node.declaration !== null || node.specifiers.length > 0)))
    .map((node) => `${path}: ${text.slice(node.start, node.end)}`);
}
