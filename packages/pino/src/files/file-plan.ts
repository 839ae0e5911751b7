import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinoError } from '../errors.ts';
import { LINE_KINDS } from './line-kind.ts';
import type { LineKind, PerKind } from './line-kind.ts';
import type { RotateOptions } from './rotation.ts';

export interface LogFilesOptions {
  /** Path or file URL, made if missing. */
  readonly directory: string | URL;
  /** File names in the directory. Default: `audit.log`, `api.log` and `app.log`. */
  readonly files?: Partial<Readonly<Record<LineKind, string>>>;
  /** `external` (default): nothing is rotated here; a file that another process has renamed, truncated or deleted is noticed in any case. */
  readonly rotate?: 'external' | RotateOptions;
}

/** {@link LogFilesOptions}, checked and with their defaults; can be sent to a thread. */
export interface FilePlan {
  readonly directory: string;
  readonly names: PerKind<string>;
  readonly rotate: 'external' | RotateOptions;
}

const NAMES: PerKind<string> = { audit: 'audit.log', api: 'api.log', app: 'app.log' };

/** Throws `LOG_OPTION_INVALID`. */
export function planFiles({ directory, files = {}, rotate = 'external' }: LogFilesOptions): FilePlan {
  // '' would be the folder that the process was started in.
  if (directory === '' || !(typeof directory === 'string' || directory instanceof URL)) throw pinoError('LOG_OPTION_INVALID', `directory: ${JSON.stringify(directory)}`);
  const names = { ...NAMES, ...files };
  for (const kind of LINE_KINDS) {
    const name = names[kind];
    if (typeof name !== 'string' || name === '' || name === '.' || name === '..' || basename(name) !== name) throw pinoError('LOG_OPTION_INVALID', `files.${kind}: ${String(name)}`);
  }
  if (new Set(Object.values(names)).size < LINE_KINDS.length) throw pinoError('LOG_OPTION_INVALID', `files: ${Object.values(names).join(', ')}`);
  if (rotate !== 'external') checkRotation(rotate);
  return { directory: resolve(directory instanceof URL ? fileURLToPath(directory) : directory), names, rotate };
}

function checkRotation({ maxBytes, every, keep }: RotateOptions): void {
  if (maxBytes === undefined && every === undefined) throw pinoError('LOG_OPTION_INVALID', 'rotate has neither maxBytes nor every');
  const numbers = { maxBytes, every: every === 'hour' || every === 'day' ? undefined : every, keep };
  for (const [option, value] of Object.entries(numbers)) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value <= 0)) throw pinoError('LOG_OPTION_INVALID', `rotate.${option}: ${String(value)}`);
  }
}
