import { getDirective } from '@graphql-tools/utils';
import type { GraphQLField, GraphQLSchema } from 'graphql';
import { envelopError } from './errors.ts';
import type { LooseSettings } from './field-plan.ts';

/** The key of the settings in a field's extensions, and the name of the directive. */
const AUDIT = 'audit';

/** Which types of value each setting may have. */
const KINDS: Readonly<Record<keyof LooseSettings, readonly string[]>> = {
  action: ['string'],
  model: ['string'],
  tool: ['string'],
  message: ['string'],
  input: ['object'],
  target: ['function'],
  reason: ['string', 'function'],
  metadata: ['object', 'function'],
  skip: ['boolean'],
};

/** A root field and where it stands. */
export interface RootField {
  readonly schema: GraphQLSchema;
  readonly field: GraphQLField<unknown, unknown>;
  /** `Mutation.approveInvoice`. */
  readonly coordinate: string;
}

/** The settings of a field, merged; undefined where nothing names it. Throws `ENVELOP_SETTINGS_INVALID`. */
export function settingsOfField({ schema, field, coordinate }: RootField, option: LooseSettings | undefined): LooseSettings | undefined {
  const sources = [getDirective(schema, field, AUDIT)?.[0], field.extensions[AUDIT], option];
  if (sources.every((source) => source === undefined || source === null)) return undefined;
  const merged: LooseSettings = Object.assign({}, ...sources.map((source) => checkedSettings(source, coordinate)));
  checkInput(merged, field, coordinate);
  return merged;
}

function checkedSettings(source: unknown, coordinate: string): Partial<LooseSettings> {
  // `audit: true` marks a field without saying more.
  if (source === undefined || source === null || source === true) return {};
  if (typeof source !== 'object') throw envelopError('ENVELOP_SETTINGS_INVALID', `${coordinate}: audit is a ${typeof source}`);
  const given = Object.entries(source).filter(([, value]) => value !== undefined && value !== null);
  for (const [key, value] of given) {
    const kinds = Object.hasOwn(KINDS, key) ? KINDS[key as keyof LooseSettings] : undefined;
    if (kinds === undefined) throw envelopError('ENVELOP_SETTINGS_INVALID', `${coordinate}: there is no setting "${key}"`);
    if (!kinds.includes(typeof value)) throw envelopError('ENVELOP_SETTINGS_INVALID', `${coordinate}: ${key} is a ${typeof value}`);
  }
  return Object.fromEntries(given);
}

/** An allowed path that starts at no argument would silently store nothing. */
function checkInput({ input }: LooseSettings, field: GraphQLField<unknown, unknown>, coordinate: string): void {
  if (input === undefined) return;
  for (const path of Array.isArray(input) ? input : Object.keys(input)) {
    const [name] = String(path).split('.');
    if (field.args.some((argument) => argument.name === name)) continue;
    throw envelopError('ENVELOP_SETTINGS_INVALID', `${coordinate}: input names "${String(path)}", which is no argument`);
  }
}
