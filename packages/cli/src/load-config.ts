import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeedlogConfig } from './define-config.ts';
import { cliError } from './errors.ts';
import { messageOf } from './message-of.ts';

/** Looked for in this order. Node strips the types of a TypeScript file itself. */
const NAMES = ['deedlog.config.ts', 'deedlog.config.mts', 'deedlog.config.js', 'deedlog.config.mjs'];

export interface LoadedConfig {
  /** Undefined: there is none. */
  readonly file: string | undefined;
  readonly config: DeedlogConfig;
}

/** `file` as it was given, or the one in `folder`; there need not be one. Throws `CLI_CONFIG_INVALID`. */
export async function loadConfig(folder: string, given: string | undefined): Promise<LoadedConfig> {
  const file = given === undefined ? NAMES.map((name) => join(folder, name)).find((path) => existsSync(path)) : resolve(folder, given);
  if (file === undefined) return { file, config: {} };
  if (!existsSync(file)) throw cliError('CLI_CONFIG_INVALID', `there is no ${file}`);
  const module = await importFile(file);
  const config = (module as { readonly default?: unknown }).default;
  if (typeof config !== 'object' || config === null) throw cliError('CLI_CONFIG_INVALID', `${file} has no default export`);
  return { file, config: checked(config, file) };
}

async function importFile(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    throw cliError('CLI_CONFIG_INVALID', `${file}: ${messageOf(cause)}`, cause);
  }
}

const TYPES: Readonly<Record<keyof DeedlogConfig, string>> = {
  url: 'string',
  orm: 'function',
  models: 'object',
  tables: 'object',
  tableOfType: 'object',
  router: 'function',
  schema: 'function',
};

/** A misspelt name would leave part of the application unwatched. */
function checked(config: object, file: string): DeedlogConfig {
  for (const [name, value] of Object.entries(config)) {
    const type = Object.hasOwn(TYPES, name) ? TYPES[name as keyof DeedlogConfig] : undefined;
    if (type === undefined) throw cliError('CLI_CONFIG_INVALID', `${file}: there is no setting "${name}"`);
    if (value !== undefined && typeof value !== type) throw cliError('CLI_CONFIG_INVALID', `${file}: ${name} is no ${type}`);
  }
  return config as DeedlogConfig;
}
