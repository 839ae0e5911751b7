import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPackages } from './support/packages.ts';
import type { Package } from './support/packages.ts';
import { parseSource, readSources } from './support/source-file.ts';
import type { SourceFile } from './support/source-file.ts';

/** Which package may import which. A new package is entered here and in the README's map of the code. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  ledger: [],
  viewer: [],
  trpc: ['core'],
  envelop: ['core'],
  http: ['core'],
  pino: ['core'],
  stream: ['core'],
  spool: ['core'],
  testkit: ['core'],
  postgres: ['core', 'ledger'],
  'mikro-orm': ['core', 'postgres'],
  cli: ['core', 'envelop', 'http', 'mikro-orm', 'postgres', 'trpc'],
};

/** The only Node module that core may use: everything else has to run where there is no Node. */
const coreBuiltins = ['node:async_hooks'];

const packages = readPackages();
const packageSources = packages.flatMap(({ sources }) => sources);
const outside = [...readSources('test'), ...readSources('examples')];

describe('imports between packages', () => {
  test('follow the direction of the architecture', () => {
    expect(packages.flatMap(wrongDirection)).toEqual([]);
  });

  test('a wrong direction would be found', () => {
    const bad = sample('core', "import { sql } from '@deedlog/postgres';");
    expect(wrongDirection(bad)).toEqual(['packages/core/src/sample.ts: core may not import @deedlog/postgres (it may import nothing of ours)']);
  });

  test('every package has its place in the direction', () => {
    expect(packages.map(({ folder }) => folder).filter((folder) => mayImport[folder] === undefined)).toEqual([]);
  });

  test('core uses no dependency and one Node module', () => {
    const core = packages.find(({ folder }) => folder === 'core');
    expect(core?.sources.flatMap(bareImports)).toSatisfy((names: string[]) => names.every((name) => coreBuiltins.includes(name)));
    expect(core?.manifest.dependencies ?? {}).toEqual({});
  });

  test('name what the other package exports, and never a file of it', () => {
    expect([...packageSources, ...outside].flatMap(deepImports)).toEqual([]);
  });

  test('a deep import would be found', () => {
    expect(deepImports(parseSource('test/x.test.ts', "import { a } from '../packages/core/src/a.ts';"))).toHaveLength(1);
    expect(deepImports(parseSource('packages/trpc/src/a.ts', "import { a } from '@deedlog/core/src/a.ts';"))).toHaveLength(1);
    expect(deepImports(parseSource('packages/trpc/src/a.ts', "export { a } from '../../core/src/a.ts';"))).toHaveLength(1);
  });
});

describe('dependencies', () => {
  test.each(packages)('$folder declares what it imports, and nothing else', ({ manifest, sources }) => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).toSorted();
    const imported = new Set(sources.flatMap(bareImports).filter((name) => !name.startsWith('node:')));
    expect([...imported].toSorted()).toEqual(sources.length > 1 ? declared : [...imported]);
  });

  test.each(packages)('$folder builds after the packages it needs', ({ manifest, references }) => {
    const ours = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) => name.startsWith('@deedlog/'));
    expect(references.map((folder) => `@deedlog/${folder}`).toSorted()).toEqual(ours.toSorted());
  });
});

describe('relative imports', () => {
  test('end in .ts', () => {
    expect([...packageSources, ...outside].flatMap(withoutExtension)).toEqual([]);
    expect(withoutExtension(parseSource('a.ts', "import { b } from './b';"))).toEqual(['a.ts: ./b']);
  });

  test('of packages and examples run in no circle', () => {
    expect(findCycle([...packageSources, ...readSources('examples')])).toBeUndefined();
  });

  test('a circle would be found', () => {
    const files = [
      parseSource('p/a.ts', "import { b } from './b.ts';"),
      parseSource('p/b.ts', "import { c } from './c/c.ts';"),
      parseSource('p/c/c.ts', "export { a } from '../a.ts';"),
    ];
    expect(findCycle(files)).toEqual(['p/a.ts', 'p/b.ts', 'p/c/c.ts', 'p/a.ts']);
  });

  test('of types alone may run in a circle: they are erased, and recursive types need it', () => {
    const files = [parseSource('p/a.ts', "import type { B } from './b.ts';"), parseSource('p/b.ts', "import { a } from './a.ts';")];
    expect(findCycle(files)).toBeUndefined();
  });
});

function wrongDirection({ folder, sources }: Pick<Package, 'folder' | 'sources'>): readonly string[] {
  const allowed = (mayImport[folder] ?? []).map((name) => `@deedlog/${name}`);
  return sources.flatMap(({ path, specifiers }) =>
    specifiers
      .filter((specifier) => specifier.startsWith('@deedlog/') && !allowed.includes(packageName(specifier)))
      .map((specifier) => `${path}: ${folder} may not import ${specifier} (it may import ${allowed.join(', ') || 'nothing of ours'})`),
  );
}

function deepImports({ path, specifiers }: SourceFile): readonly string[] {
  const home = /^packages\/[^/]+\//.exec(path)?.[0];
  return specifiers
    .filter((specifier) => {
      if (specifier.startsWith('@deedlog/')) return !isPublic(specifier);
      const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : '';
      return target.startsWith('packages/') && (home === undefined || !target.startsWith(home));
    })
    .map((specifier) => `${path}: ${specifier}`);
}

function isPublic(specifier: string): boolean {
  const name = packageName(specifier);
  const exported = packages.find(({ manifest }) => manifest.name === name)?.manifest.exports ?? {};
  return Object.keys(exported).includes(`.${specifier.slice(name.length)}`);
}

function bareImports({ specifiers }: SourceFile): readonly string[] {
  return specifiers.filter((specifier) => !specifier.startsWith('.')).map(packageName);
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function withoutExtension({ path, specifiers }: SourceFile): readonly string[] {
  return specifiers.filter((specifier) => /^\.\.?(\/|$)/.test(specifier) && !/\.(ts|json)$/.test(specifier)).map((specifier) => `${path}: ${specifier}`);
}

/** The first circle found, as the walk from a file back to it. */
function findCycle(files: readonly SourceFile[]): readonly string[] | undefined {
  const edges = new Map(
    files.map(({ path, runtimeSpecifiers }) => [
      path,
      runtimeSpecifiers.filter((specifier) => specifier.startsWith('.')).map((specifier) => posix.join(posix.dirname(path), specifier)),
    ]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of edges.keys()) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function sample(folder: string, text: string): Pick<Package, 'folder' | 'sources'> {
  return { folder, sources: [parseSource(`packages/${folder}/src/sample.ts`, text)] };
}
