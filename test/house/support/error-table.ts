import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPackages } from './packages.ts';
import { root } from './root.ts';

/** One closed table: an export called `<package>Errors`. */
export interface ErrorTable {
  readonly package: string;
  readonly entries: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>;
}

const BEGIN = '<!-- errors:begin -->';
const END = '<!-- errors:end -->';

/** The closed tables of all packages, through their public names. */
export async function readErrorTables(): Promise<readonly ErrorTable[]> {
  const found = await Promise.all(
    readPackages().map(async ({ manifest }) => {
      const module = (await import(manifest.name)) as Readonly<Record<string, unknown>>;
      return Object.entries(module)
        .filter(([name, value]) => name.endsWith('Errors') && typeof value === 'object')
        .map(([, entries]) => ({ package: manifest.name, entries: entries as ErrorTable['entries'] }));
    }),
  );
  return found.flat();
}

/** The README's section, between its marks. Throws where the marks are missing. */
export function documentedErrors(): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [before, rest] = readme.split(BEGIN);
  const [section] = rest?.split(END) ?? [];
  if (before === undefined || section === undefined || rest === section) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  return section.trim();
}

/** The README with the given section between its marks. */
export function withErrors(section: string): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  return readme.replace(new RegExp(`${BEGIN}[^]*${END}`), () => `${BEGIN}\n${section}\n${END}`);
}

/** A Markdown table of every code, its package, meaning and remedy. */
export function renderErrors(tables: readonly ErrorTable[]): string {
  const rows = tables.flatMap(({ package: owner, entries }) =>
    Object.entries(entries).map(([code, { meaning, remedy }]) => `| \`${code}\` | ${cell(owner.replace('@deedlog/', ''))} | ${cell(meaning)} | ${cell(remedy)} |`),
  );
  return ['| Code | Package | What it means | What to do |', '|---|---|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').replaceAll('<', '&lt;').trim();
}
