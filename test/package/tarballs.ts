import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { exec } from '../house/support/exec.ts';
import type { ExecOptions } from '../house/support/exec.ts';
import { readPackages } from '../house/support/packages.ts';
import type { Package } from '../house/support/packages.ts';
import { root } from '../house/support/root.ts';

/** A packed package. */
export interface Tarball {
  readonly name: string;
  readonly package: Package;
  readonly file: string;
}

/** Builds every package afresh and packs it into `folder`; throws with the tool's output where one does not build. */
export async function packAll(folder: string): Promise<readonly Tarball[]> {
  const packages = readPackages().filter(({ manifest }) => manifest.private !== true);
  // What an older build left behind must not reach a tarball.
  for (const each of packages) rmSync(join(root, 'packages', each.folder, 'dist'), { recursive: true, force: true });
  await must('tsc', ['-b', ...packages.map((each) => join('packages', each.folder))], { cwd: root });
  mkdirSync(folder, { recursive: true });
  return Promise.all(packages.map((each) => pack(each, folder)));
}

async function pack(each: Package, folder: string): Promise<Tarball> {
  const { name, version } = each.manifest;
  const [command, ...args] = pnpm();
  await must(command, [...args, 'pack', '--pack-destination', folder], { cwd: join(root, 'packages', each.folder), env: outsideWorkspace() });
  const file = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  return { name, package: each, file };
}

/** The pnpm that runs this test, or the same major through npx where the test was started without it. */
function pnpm(): readonly [string, ...string[]] {
  const found = (process.env['PATH'] ?? '').split(':').some((folder) => isFile(join(folder, 'pnpm')));
  return found ? ['pnpm'] : ['npx', '--yes', 'pnpm@12'];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Runs a command and throws with what it printed unless it ends with 0. */
export async function must(command: string, args: readonly string[], options: ExecOptions): Promise<string> {
  const { code, stdout, output } = await exec(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} (in ${options.cwd}) ended with ${code}:\n${output}`);
  return stdout;
}

/** The environment without what pnpm and npm hand to scripts: it would carry this workspace's settings outside. */
export function outsideWorkspace(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|PNPM_|NODE_ENV$|VITEST|INIT_CWD$)/.test(name));
  return Object.fromEntries(inherited);
}

/** Files of a folder and below, relative to it; dependencies left out. */
export function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('node_modules/'))
    .toSorted();
}
