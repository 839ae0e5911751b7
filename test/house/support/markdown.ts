/** One fenced block of a Markdown page. */
export interface Block {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** The words after the fence: `ts run` is `['ts', 'run']`. */
  readonly info: readonly string[];
  readonly text: string;
}

/** The fenced blocks of a page, top level or indented in a list. */
export function readBlocks(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: readonly string[]; indent: string; fence: string; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (open === undefined) {
      const match = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(line);
      if (match === null) continue;
      const [, indent = '', fence = '', info = ''] = match;
      open = { line: index + 1, info: info.split(/\s+/).filter(Boolean), indent, fence, lines: [] };
    } else if (line.trim() === open.fence) {
      blocks.push({ line: open.line, info: open.info, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  if (open !== undefined) throw new Error(`The block opened in line ${open.line} is never closed.`);
  return blocks;
}
