/**
 * Builds page/ into src/page.generated.ts and src/history-element.generated.ts: `pnpm --filter @deedlog/viewer generate`.
 * The results are committed, so that the workspace runs without a build and the published package needs no library. With `--check`
 * nothing is written; the exit code tells whether the committed files are what page/ gives.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';

const page = join(import.meta.dirname, 'page');
const common: BuildOptions = {
  bundle: true,
  minify: true,
  write: false,
  charset: 'utf8',
  target: ['chrome123', 'firefox121', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'error',
};

const style = await bundle('style/main.css', {});
const script = await bundle('main.tsx', { format: 'iife' });
const elementStyle = await bundle('style/element.css', {});
const elementScript = await bundle('element/history-element.tsx', { format: 'iife', define: { ELEMENT_STYLE: JSON.stringify(elementStyle) } });
// In HTML these would end the script, or make a comment of it.
if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) throw new Error('the bundle cannot stand inside of HTML');

const files = [
  ['page.generated.ts', { PAGE_SCRIPT: script, PAGE_SCRIPT_HASH: hashOf(script), PAGE_STYLE: style, PAGE_STYLE_HASH: hashOf(style) }],
  ['history-element.generated.ts', { HISTORY_ELEMENT_SCRIPT: elementScript }],
] as const;
for (const [name, values] of files) writeOrCheck(join(import.meta.dirname, 'src', name), sourceOf(values));

async function bundle(entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ ...common, ...options, entryPoints: [join(page, entry)] });
  return (outputFiles?.[0]?.text ?? '').trim();
}

/** As a Content-Security-Policy names it. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function sourceOf(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([name, value]) => `export const ${name}: string = ${JSON.stringify(value)};\n`);
  return `// Made by generate.ts from page/; do not edit.\n${lines.join('')}`;
}

function writeOrCheck(file: string, source: string): void {
  if (!process.argv.includes('--check')) return writeFileSync(file, source);
  if (readFileSync(file, 'utf8') === source) return;
  console.error(`${file} is not what page/ gives: run pnpm --filter @deedlog/viewer generate`);
  process.exitCode = 1;
}
