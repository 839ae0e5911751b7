import type { ModelItem } from '@deedlog/core';

/** A filter of the sheet. */
export interface FilterField {
  /** As the address names it. */
  readonly name: string;
  readonly title: string;
  readonly hint?: string;
  /** Where only some values are possible. */
  readonly choices?: readonly string[];
}

const BASE: readonly FilterField[] = [
  { name: 'action', title: 'Action', hint: 'invoice.approve or invoice.*' },
  { name: 'actor', title: 'Actor', hint: 'id' },
  { name: 'actorKind', title: 'Kind of actor', choices: ['user', 'system', 'anonymous'] },
  { name: 'targetType', title: 'Type of object', hint: 'Invoice' },
  { name: 'targetId', title: 'Id of object', hint: 'with its type' },
  { name: 'tool', title: 'Tool' },
  { name: 'tenant', title: 'Tenant' },
  { name: 'observer', title: 'Observer', choices: ['trpc', 'envelop', 'mikro-orm', 'trigger', 'manual', 'cli'] },
  { name: 'request', title: 'Request', hint: 'request id' },
  { name: 'correlation', title: 'Flow', hint: 'correlation id' },
];

/** Filters that a model has, its own columns included. */
export function filterFields(model: ModelItem | undefined): readonly FilterField[] {
  const own = (model?.columns ?? []).map(({ name, type, items }): FilterField => ({
    name: `col.${name}`,
    title: name,
    hint: type,
    ...(type === 'boolean' ? { choices: ['true', 'false'] } : items === undefined ? {} : { choices: items.map(String) }),
  }));
  return [...BASE, ...own];
}

const TITLES: Readonly<Record<string, string>> = { from: 'Since', until: 'Before', last: 'Time', text: 'Text', outcome: 'Outcome', model: 'Model', unexplained: 'Unexplained' };

/** What to call a filter beside its value. */
export function filterTitle(name: string): string {
  return TITLES[name] ?? BASE.find((field) => field.name === name)?.title ?? name.replace(/^col\./, '');
}
