import { DEFAULT_LIMIT, MAX_BUCKETS, MAX_LIMIT, MAX_TEXT } from '@deedlog/core';
import { ACTOR_KINDS, OBSERVERS, OUTCOMES } from './activity-schemas.ts';
import { TEXT, TIME } from './schema.ts';
import type { Schema } from './schema.ts';

const SWITCH: Schema = { type: 'string', enum: ['0', '1'] };

function inQuery(name: string, schema: Schema, description: string): Schema {
  return { name, in: 'query', required: false, schema, description };
}

/** By name, as {@link FILTER_PARAMS} and {@link PAGE_PARAMS} have them. */
const PARAMETERS: Readonly<Record<string, Schema>> = {
  model: inQuery('model', TEXT, 'Name of the model. Default in a listing: default; in a history: every readable one.'),
  from: inQuery('from', TIME, 'Occurred at this time or later.'),
  until: inQuery('until', TIME, 'Occurred before this time.'),
  actor: inQuery('actor', TEXT, 'Id of the actor.'),
  actorKind: inQuery('actorKind', { type: 'string', enum: ACTOR_KINDS }, 'Kind of the actor.'),
  action: inQuery('action', TEXT, 'A whole action, invoice.approve, or all that begin so: invoice.*'),
  targetType: inQuery('targetType', TEXT, 'Type of the object.'),
  targetId: inQuery('targetId', TEXT, 'Id of the object; needs targetType.'),
  tool: inQuery('tool', TEXT, 'Category by feature.'),
  outcome: inQuery('outcome', { type: 'string', enum: OUTCOMES }, 'How it ended.'),
  tenant: inQuery('tenant', TEXT, 'One of the tenants that the reader may see.'),
  observer: inQuery('observer', { type: 'string', enum: OBSERVERS }, 'What made the record.'),
  text: inQuery('text', { type: 'string', maxLength: MAX_TEXT }, 'Words; each is the beginning of a word in action, message, reason, tool, outcome code, actor or object.'),
  correlation: inQuery('correlation', TEXT, 'All of one flow.'),
  request: inQuery('request', TEXT, 'All of one request.'),
  unexplained: inQuery('unexplained', SWITCH, '1: row changes that no activity explains. Only time, object and paging apply to them.'),
  limit: inQuery('limit', { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }, 'Most activities on the page.'),
  after: inQuery('after', TEXT, 'next of a page. Not together with before.'),
  before: inQuery('before', TEXT, 'previous of a page.'),
  count: inQuery('count', { ...SWITCH, default: '1' }, '0: do not count.'),
  buckets: inQuery('buckets', { type: 'integer', minimum: 1, maximum: MAX_BUCKETS, default: 60 }, 'How many.'),
  format: inQuery('format', { type: 'string', enum: ['csv', 'jsonl'], default: 'csv' }, 'CSV (RFC 4180, safe against formulas) or JSON Lines.'),
  cursor: inQuery('after', TEXT, 'A cursor of this stream to go on from. Default: now. The header last-event-id wins.'),
  columns: {
    name: 'columns',
    in: 'query',
    required: false,
    style: 'form',
    explode: true,
    schema: { type: 'object', patternProperties: { '^col\\.': { type: 'string' } }, additionalProperties: false },
    description: 'Own columns of the model, each as a parameter of its own: col.team=billing.',
  },
};

/** Under `components/parameters`. */
export const COMPONENT_PARAMETERS: Readonly<Record<string, Schema>> = PARAMETERS;

/** References to parameters by name. */
export function parameters(names: readonly string[]): Schema[] {
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** A part of the path. */
export function inPath(name: string, description: string): Schema {
  return { name, in: 'path', required: true, schema: { type: 'string', minLength: 1 }, description };
}
