import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';
import { readSources } from './source-file.ts';
import type { SourceFile } from './source-file.ts';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly private?: boolean;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** One folder of `packages/`. */
export interface Package {
  /** The folder's name, `core`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Folders of the packages that tsconfig.json references. */
  readonly references: readonly string[];
  readonly sources: readonly SourceFile[];
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

export function readPackages(): readonly Package[] {
  return readdirSync(join(root, 'packages'))
    .filter((folder) => existsSync(join(root, 'packages', folder, 'package.json')))
    .map((folder) => ({
      folder,
      manifest: readManifest(`packages/${folder}`),
      references: readReferences(folder),
      sources: readSources(`packages/${folder}/src`),
    }));
}

function readReferences(folder: string): readonly string[] {
  const file = join(root, 'packages', folder, 'tsconfig.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { references?: readonly { path: string }[] };
  return (config.references ?? []).map(({ path }) => path.replace(/^\.\.\//, ''));
}
