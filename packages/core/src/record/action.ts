import type { StandardSchemaV1 } from '../standard-schema.ts';
import type { FailurePolicy } from '../deliver/failure-policy.ts';
import { coreError } from '../errors.ts';

/** What a team declares about one action. Every field is optional; `{}` only makes the name known. */
export interface ActionDefinition {
  /** Schema of the metadata, by any library that implements Standard Schema v1. */
  readonly metadata?: StandardSchemaV1;
  /** Whether a reason must be given. Default `optional`. */
  readonly reason?: 'required' | 'optional';
  /** Message template, see {@link renderMessage}. */
  readonly message?: string;
  /** Category by feature. */
  readonly tool?: string;
  /** Default: `onFailure` of `createDeedlog`. */
  readonly onFailure?: FailurePolicy;
  /** Name of the retention class, for example `7y`. */
  readonly retention?: string;
}

/** The actions of an application by name. */
export type ActionCatalogue = Readonly<Record<string, ActionDefinition>>;

/** Names of the actions; any string where no catalogue was declared. */
export type ActionName<Catalogue extends ActionCatalogue> = string extends keyof Catalogue
  ? string
  : Extract<keyof Catalogue, string>;

/** `resource.verb` with optional further segments: lower case letters, digits, `_` and `-` between dots. */
const ACTION_FORM = /^[a-z][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)+$/;

/** The verbs that deedlog itself uses, and that `auditCreate` and its like append to a target's type. */
export const STANDARD_VERBS = ['create', 'update', 'delete', 'view', 'login', 'logout', 'refresh', 'impersonate'] as const;

/**
 * Declares the actions of an application: `defineActions({ 'invoice.approve': { reason: 'required' } })`.
 * Throws `ACTION_INVALID` for a name that is not `resource.verb`.
 */
export function defineActions<const Catalogue extends ActionCatalogue>(catalogue: Catalogue): Catalogue {
  for (const name of Object.keys(catalogue)) {
    if (!ACTION_FORM.test(name)) throw coreError('ACTION_INVALID', JSON.stringify(name));
  }
  return catalogue;
}

/** Longest action that is stored, in characters. */
const MAX_ACTION_LENGTH = 200;

/**
 * The default normaliser. `patient.updateName` becomes `patient.update-name`, `CUSTOM_EVENT` becomes `custom.event`,
 * `Invoice Approve` becomes `invoice.approve`. What has no verb gets none: `ping` stays `ping`.
 */
export function normalizeAction(action: string): string {
  const words = action
    .slice(0, MAX_ACTION_LENGTH)
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9._/\s-]+/g, '-')
    .replace(/[\s/]+/g, '.')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.\-_]+|[.\-_]+$/g, '');
  return words.includes('.') ? words : words.replace('_', '.');
}
