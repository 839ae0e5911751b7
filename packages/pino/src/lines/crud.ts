import { safeText } from '@deedlog/core';
import type { Json } from '@deedlog/core';

/** What was done to an instance of a model, as `audit.crud` lines tell it. */
export type EventType = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'TRUNCATE' | 'SUPPRESS';

export const CRUD_NAME = 'audit.crud';

export interface CrudFacts {
  readonly model: string;
  readonly type: EventType;
  /** '' where a whole table is meant. */
  readonly id: string;
}

/** The fields that every `audit.crud` line begins with. */
export function crudFields({ model, type, id }: CrudFacts): { readonly name: string; readonly model: Json; readonly event_type: Json; readonly instance_id: Json } {
  return { name: CRUD_NAME, model, event_type: type, instance_id: id };
}

/** `CREATE event for Patient (id: 7)`. */
export function crudMessage({ model, type, id }: CrudFacts): string {
  return safeText(`${type} event for ${model}${id === '' ? '' : ` (id: ${id})`}`);
}
