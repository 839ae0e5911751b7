import { MAX_EFFECTS } from '@deedlog/core';
import { ANY, described, FLAG, listOf, OBJECT, orNull, ref, shape, TEXT, TEXT_OR_NULL, TIME } from './schema.ts';
import type { Schema } from './schema.ts';

export const OUTCOMES = ['success', 'failure', 'denied', 'unknown'] as const;
export const ACTOR_KINDS = ['user', 'system', 'anonymous'] as const;
export const OBSERVERS = ['trpc', 'envelop', 'mikro-orm', 'trigger', 'manual', 'cli'] as const;

const actor = { kind: { type: 'string', enum: ACTOR_KINDS }, id: TEXT_OR_NULL, label: TEXT_OR_NULL } as const;

/** The shape of an activity, and of its parts. */
export const ACTIVITY_SCHEMAS: Readonly<Record<string, Schema>> = {
  Actor: shape(actor),
  OnBehalfOf: shape({ ...actor, via: described(TEXT_OR_NULL, 'By which means: impersonation, token, …') }),
  Related: shape({ role: TEXT, type: TEXT, id: TEXT, label: TEXT_OR_NULL }),
  Change: shape(
    { field: TEXT, old: ANY, new: ANY, treatment: { type: 'string', enum: ['redact', 'hash', 'unknown'], description: 'Present: the values are not the real ones.' } },
    { optional: ['treatment'] },
  ),
  Effect: shape(
    {
      id: TEXT,
      at: TIME,
      table: TEXT,
      op: { type: 'string', enum: ['I', 'U', 'D', 'T', 'S'], description: 'Insert, update, delete, truncate, suppressed.' },
      key: TEXT,
      changes: { type: 'object', additionalProperties: { type: 'array', minItems: 2, maxItems: 2 }, description: 'Field by name: the old and the new value.' },
    },
    { description: 'One row change.' },
  ),
  Activity: shape({
    id: { type: 'string', format: 'uuid' },
    timestamp: described(TIME, 'When it occurred.'),
    recordedAt: TIME,
    actor: described(orNull(ref('Actor')), 'Null: not known, which is not the same as anonymous.'),
    onBehalfOf: orNull(listOf(ref('OnBehalfOf'))),
    action: TEXT,
    outcome: { type: 'string', enum: OUTCOMES },
    outcomeCode: TEXT_OR_NULL,
    message: described(TEXT_OR_NULL, 'Rendered.'),
    objectType: TEXT_OR_NULL,
    objectId: TEXT_OR_NULL,
    objectLabel: TEXT_OR_NULL,
    related: listOf(ref('Related')),
    tool: TEXT_OR_NULL,
    reason: TEXT_OR_NULL,
    input: orNull(OBJECT),
    context: OBJECT,
    metadata: OBJECT,
    observer: { type: 'string', enum: OBSERVERS },
    source: TEXT,
    tenant: TEXT_OR_NULL,
    correlationId: TEXT_OR_NULL,
    causationId: TEXT_OR_NULL,
    model: TEXT,
    columns: described(orNull(OBJECT), 'Own columns of the model.'),
    changes: listOf(ref('Change')),
    effects: { ...listOf(ref('Effect')), maxItems: MAX_EFFECTS },
    effectsCut: described(FLAG, 'There are more effects than are listed.'),
    unexplained: described(FLAG, 'A row change that no activity explains.'),
  }),
};
