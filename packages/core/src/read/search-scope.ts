import { coreError } from '../errors.ts';
import { DEFAULT_MODEL } from '../record/model.ts';
import { hiddenRule } from './hidden-names.ts';
import type { Search, SearchFilter, TextPart } from './log-source.ts';
import type { ReadPolicy } from './policy.ts';

/** The models that this policy opens, of those that there are. */
export function readableModels({ models }: ReadPolicy, known: Iterable<string>): string[] {
  const all = [...new Set([DEFAULT_MODEL, ...known])];
  return models === 'all' ? all : all.filter((name) => models.includes(name));
}

/** Throws `READ_DENIED` for a tenant that the policy does not name. */
export function allowedTenants({ tenants }: ReadPolicy, asked: string | undefined): Search['tenants'] {
  if (asked === undefined || tenants === 'all') return tenants;
  if (!tenants.includes(asked)) throw coreError('READ_DENIED', 'another tenant');
  return [asked];
}

/** Effects without an activity belong to no tenant. Throws `READ_DENIED`. */
export function requireEverything({ tenants, models }: ReadPolicy, what: string): void {
  if (tenants !== 'all' || models !== 'all') throw coreError('READ_DENIED', `${what} needs every tenant and model`);
}

/** By which filter a hidden name could be guessed. */
const FILTERED: readonly (readonly [names: readonly string[], isUsed: (filter: SearchFilter) => boolean])[] = [
  [['actor'], ({ actorId, actorKind }) => actorId !== undefined || actorKind !== undefined],
  [['objectType'], ({ targetType }) => targetType !== undefined],
  [['objectId'], ({ targetId }) => targetId !== undefined],
  [['tool'], ({ tool }) => tool !== undefined],
  [['tenant'], ({ tenant }) => tenant !== undefined],
  [['correlationId'], ({ correlationId }) => correlationId !== undefined],
  [['context', 'requestId'], ({ requestId }) => requestId !== undefined],
  [['columns'], ({ columns }) => columns.length > 0],
];

/** A filter on what is hidden would tell it by its answer. Throws `READ_DENIED`. */
export function denyHiddenFilters(filter: SearchFilter, models: readonly string[], policy: ReadPolicy): void {
  const used = [...FILTERED.filter(([, isUsed]) => isUsed(filter)).flatMap(([names]) => names), ...filter.columns.flatMap(({ name, column }) => [name, column.column])];
  for (const model of models) {
    const isHidden = hiddenRule(policy, model);
    const hidden = isHidden === undefined ? undefined : used.find(isHidden);
    if (hidden !== undefined) throw coreError('READ_DENIED', `${hidden} is hidden`);
  }
}

const PART_NAMES: Readonly<Record<TextPart, readonly string[]>> = {
  message: ['message', 'messageValues'],
  reason: ['reason'],
  actor: ['actor', 'actorId', 'actorLabel'],
  target: ['objectType', 'objectId', 'objectLabel', 'targetId', 'targetLabel'],
  tool: ['tool'],
  outcomeCode: ['outcomeCode'],
};

/** What may be searched for words in all these models. Where any name is hidden the message is not: its values are not told apart. */
export function searchableParts(models: readonly string[], policy: ReadPolicy): ReadonlySet<TextPart> {
  const rules = models.flatMap((model) => hiddenRule(policy, model) ?? []);
  const parts = Object.entries(PART_NAMES) as [TextPart, readonly string[]][];
  const open = parts.filter(([part, names]) => !rules.some((isHidden) => part === 'message' || names.some(isHidden)));
  return new Set(open.map(([part]) => part));
}
