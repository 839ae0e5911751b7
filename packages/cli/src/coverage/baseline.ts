import { readFile, writeFile } from 'node:fs/promises';
import { cliError } from '../errors.ts';
import { messageOf } from '../message-of.ts';

export const DEFAULT_BASELINE = 'deedlog.coverage.json';

/** What is known to be uncovered, by name. No file: nothing is. Throws `CLI_BASELINE_INVALID`. */
export async function readBaseline(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cliError('CLI_BASELINE_INVALID', messageOf(cause), cause);
  });
  if (text === undefined) return [];
  const names = uncoveredOf(text, file);
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) throw cliError('CLI_BASELINE_INVALID', `${file} has no list "uncovered"`);
  return names as string[];
}

/** Sorted, a line for each, so that a change of it is easy to review. */
export async function writeBaseline(file: string, names: readonly string[]): Promise<void> {
  await writeFile(file, `${JSON.stringify({ uncovered: names.toSorted() }, null, 2)}\n`);
}

function uncoveredOf(text: string, file: string): unknown {
  try {
    return (JSON.parse(text) as { readonly uncovered?: unknown } | null)?.uncovered;
  } catch (cause) {
    throw cliError('CLI_BASELINE_INVALID', `${file}: ${messageOf(cause)}`, cause);
  }
}
