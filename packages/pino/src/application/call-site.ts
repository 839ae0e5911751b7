import { basename, dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

/** Where a line was logged. A field that is not known is ''. */
export interface CallSite {
  /** Path of the file. */
  readonly path: string;
  /** Name of the file without extension. */
  readonly module: string;
  /** Name of the function; '' at the top level of a module. */
  readonly function: string;
}

export const NO_CALL_SITE: CallSite = { path: '', module: '', function: '' };

/** Enough to look past pino and one `hooks.logMethod`. Each costs about a microsecond. */
const FRAMES = 8;
/** This function, the hook, then pino's `write` and its logging function. */
const WRITE = 2;
const FIRST_CALLER = 4;

/** What the names of frames say. There are as many as an application has files; beyond these they are made again. */
const files = new Map<string, ScriptFile>();
const MAX_FILES = 2000;

interface ScriptFile {
  readonly directory: string;
  readonly path: string;
  readonly module: string;
}

/**
 * The call of pino that is running; of a function that is called by pino's `hooks.streamWrite` only. Where pino is bundled with the
 * application its files cannot be told from others: then it is the frame at which pino is called if no other hook is set.
 */
export function callSite(): CallSite {
  const frames = getCallSites(FRAMES).map(({ scriptName, functionName }) => ({ file: fileOf(scriptName), functionName }));
  const pino = frames[WRITE]?.file.directory;
  const last = frames.findLastIndex(({ file }) => file.directory === pino);
  const caller = frames[last + 1] ?? frames[FIRST_CALLER];
  return caller === undefined ? NO_CALL_SITE : { path: caller.file.path, module: caller.file.module, function: caller.functionName };
}

function fileOf(scriptName: string): ScriptFile {
  const known = files.get(scriptName);
  if (known !== undefined) return known;
  const path = pathOf(scriptName);
  const file = { directory: dirname(path), path, module: basename(path, extname(path)) };
  if (files.size >= MAX_FILES) files.clear();
  files.set(scriptName, file);
  return file;
}

function pathOf(scriptName: string): string {
  try {
    return scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName;
  } catch {
    return scriptName;
  }
}
