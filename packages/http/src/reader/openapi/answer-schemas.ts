import { MAX_BUCKETS, MAX_LIMIT } from '@deedlog/core';
import { ANY, COUNT, described, FLAG, listOf, ref, shape, TEXT, TEXT_OR_NULL, TIME } from './schema.ts';
import type { Schema } from './schema.ts';

/** The shapes of what is answered, beside an activity. */
export const ANSWER_SCHEMAS: Readonly<Record<string, Schema>> = {
  ActivityPage: shape(
    {
      count: { type: ['integer', 'null'], minimum: 0, description: 'Null where count=0 was asked for.' },
      countExact: described(FLAG, 'False: the count is an estimate.'),
      results: { ...listOf(ref('Activity')), maxItems: MAX_LIMIT },
      next: described(TEXT_OR_NULL, 'Pass as after for what is older; null: there is nothing.'),
      previous: described(TEXT_OR_NULL, 'Pass as before for what is newer; null: this is the beginning.'),
    },
    { description: 'A page, newest first. It may hold fewer than limit although next is not null.' },
  ),
  Chart: shape({
    from: TIME,
    until: TIME,
    buckets: { ...listOf(shape({ at: TIME, success: COUNT, failure: COUNT, denied: COUNT, unknown: COUNT })), maxItems: MAX_BUCKETS },
    complete: described(FLAG, 'False: the range holds more than is counted for a chart; from says since when it is complete.'),
  }),
  Finding: shape({
    kind: TEXT,
    table: TEXT_OR_NULL,
    key: TEXT_OR_NULL,
    field: TEXT_OR_NULL,
    at: TEXT_OR_NULL,
    databaseUser: TEXT_OR_NULL,
    transaction: TEXT_OR_NULL,
    activityId: TEXT_OR_NULL,
    detail: TEXT_OR_NULL,
  }),
  Findings: shape({ results: listOf(ref('Finding')) }),
  Model: shape({
    name: TEXT,
    default: FLAG,
    columns: listOf(shape({ name: TEXT, type: TEXT, items: listOf(ANY) }, { optional: ['items'] })),
    hidden: described(listOf(TEXT), 'Names that are hidden from this reader.'),
  }),
  Report: shape(
    {
      action: TEXT,
      target: shape({ type: TEXT, id: { type: ['string', 'number'] } }),
      metadata: { type: 'object', description: 'As the schema of the action asks for.' },
      reason: TEXT,
    },
    { optional: ['target', 'metadata', 'reason'] },
  ),
  Reported: shape({ id: { type: 'string', format: 'uuid' } }),
  Problem: shape({ code: described(TEXT, 'Stable across versions.'), message: TEXT, remedy: described(TEXT, 'What to do about it.') }),
};
