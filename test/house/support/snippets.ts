import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBlocks } from './markdown.ts';
import { root } from './root.ts';

/** A TypeScript example of a page, as a file of its own. */
export interface Snippet {
  /** `README.md:27`. */
  readonly where: string;
  /** A name for the file. */
  readonly file: string;
  readonly text: string;
  readonly runs: boolean;
}

/**
 * The examples of a page, a path relative to the root. A block marked `ts` is type-checked, `ts run` is executed as
 * well, `ts continue` goes on from the block before it and makes one file with it.
 */
export function readSnippets(page: string): readonly Snippet[] {
  const blocks = readBlocks(readFileSync(join(root, page), 'utf8')).filter(({ info }) => info[0] === 'ts' || info[0] === 'typescript');
  const joined: { line: number; text: string; runs: boolean }[] = [];
  for (const { line, info, text } of blocks) {
    const last = joined.at(-1);
    if (info.includes('continue') && last !== undefined) {
      last.text += text;
      last.runs ||= info.includes('run');
    } else {
      joined.push({ line, text, runs: info.includes('run') });
    }
  }
  return joined.map(({ line, text, runs }) => ({
    where: `${page}:${line}`,
    file: `${page.replaceAll(/[^A-Za-z0-9]+/g, '-')}-${line}.ts`,
    // Line numbers of the compiler and of Node are those of the page; `export {}` makes each a module of its own.
    text: `${'\n'.repeat(line)}${text}\nexport {};\n`,
    runs,
  }));
}
