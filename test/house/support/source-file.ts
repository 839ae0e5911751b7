import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { Program } from 'oxc-parser';
import { root } from './root.ts';

/** A parsed TypeScript file. Paths are relative to the root of the repository, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  /** Everything after `from`, of imports, re-exports and `import("literal")` alike. */
  readonly specifiers: readonly string[];
  /** Those of them that are there at run time: not erased with their types. */
  readonly runtimeSpecifiers: readonly string[];
  /** Exported names; `default` for a default export, `*` for a star export. */
  readonly exported: readonly string[];
}

/** Parses one file; throws where the text is not TypeScript, so that no rule passes on a file it could not read. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join('; ')}`);
  const exports = module.staticExports.flatMap(({ entries }) => entries);
  const requests = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      specifier: moduleRequest.value,
      isType: entries.length > 0 && entries.every((entry) => entry.isType),
    })),
    ...exports.flatMap(({ moduleRequest, isType }) => (moduleRequest === null ? [] : [{ specifier: moduleRequest.value, isType }])),
    ...module.dynamicImports
      .flatMap(({ moduleRequest }) => literal(text.slice(moduleRequest.start, moduleRequest.end)))
      .map((specifier) => ({ specifier, isType: false })),
  ];
  return {
    path,
    text,
    program,
    specifiers: [...new Set(requests.map(({ specifier }) => specifier))],
    runtimeSpecifiers: [...new Set(requests.filter(({ isType }) => !isType).map(({ specifier }) => specifier))],
    exported: exports.map(({ exportName, importName }) => {
      const kind: string = exportName.kind;
      if (kind === 'Default') return 'default';
      return exportName.name === null || String(importName.kind) === 'All' ? '*' : exportName.name;
    }),
  };
}

/** The TypeScript files under a folder of the repository, dependencies, builds and generated folders left out. */
export function readSources(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !/(^|\/)(node_modules|dist|\.[^/]+)\//.test(path))
    .toSorted()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

function literal(expression: string): readonly string[] {
  const match = /^(['"])(.*)\1$/.exec(expression);
  return match?.[2] === undefined ? [] : [match[2]];
}
