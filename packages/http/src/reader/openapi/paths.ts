import { FILTER_PARAMS, PAGE_PARAMS } from '../query-of-params.ts';
import { inPath, parameters } from './parameters.ts';
import { listOf, ref } from './schema.ts';
import type { Schema } from './schema.ts';

const FILTERS = [...FILTER_PARAMS, 'columns'];
const LISTING = [...FILTERS, ...PAGE_PARAMS];

interface PathFacts {
  readonly id: string;
  readonly summary: string;
  readonly answer: Schema;
  readonly parameters?: readonly Schema[];
  /** Statuses of problems beside 400, 401, 403 and 500. */
  readonly problems?: readonly number[];
}

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'A parameter cannot be read.',
  401: 'Nobody is signed in.',
  403: 'This may not be read.',
  404: 'There is nothing, or nothing that may be seen.',
  413: 'Larger than 64 kB.',
  415: 'No JSON.',
  429: 'Too many; the header retry-after says how long to wait.',
  500: 'The log could not be read.',
  503: 'Not now.',
};

function problems(statuses: readonly number[]): Record<string, Schema> {
  return Object.fromEntries(statuses.map((status) => [status, { description: PROBLEMS[status], content: json(ref('Problem')) }]));
}

function json(schema: Schema): Schema {
  return { 'application/json': { schema } };
}

function get({ id, summary, answer, parameters: own = [], problems: more = [] }: PathFacts): Schema {
  const responses = { 200: { description: summary, content: answer }, ...problems([400, 401, 403, 500, ...more]) };
  return { get: { operationId: id, summary, parameters: own, responses } };
}

const without = (names: readonly string[]): Schema[] => parameters(LISTING.filter((name) => !names.includes(name)));
const page = json(ref('ActivityPage'));
const ID = inPath('id', 'Id.');

/** Every resource below the base. */
export const PATHS: Readonly<Record<string, Schema>> = {
  '/api/activities': get({ id: 'listActivities', summary: 'A page of activities, newest first', parameters: parameters(LISTING), answer: page }),
  '/api/activities/{id}': get({ id: 'getActivity', summary: 'One activity with its effects', parameters: [ID], answer: json(ref('Activity')), problems: [404] }),
  '/api/objects/{type}/{id}': get({
    id: 'getObjectHistory',
    summary: 'The whole history of an object: as target, as related, or by its row',
    parameters: [inPath('type', 'Type of the object.'), ID, ...without(['targetType', 'targetId'])],
    answer: page,
  }),
  '/api/actors/{id}': get({ id: 'getActorHistory', summary: 'What an actor did', parameters: [ID, ...without(['actor', 'actorKind'])], answer: page }),
  '/api/access/{id}': get({ id: 'getAccessLog', summary: 'Who read or changed what about a person', parameters: [ID, ...without([])], answer: page }),
  '/api/chart': get({ id: 'getChart', summary: 'Outcomes over time', parameters: parameters([...FILTERS, 'buckets']), answer: json(ref('Chart')) }),
  '/api/findings': get({ id: 'getFindings', summary: 'What reconcile found wrong', answer: json(ref('Findings')) }),
  '/api/models': get({ id: 'getModels', summary: 'The models that may be read', answer: json(listOf(ref('Model'))) }),
  '/api/export': get({
    id: 'exportActivities',
    summary: 'Everything that the filter holds, as a file that is streamed',
    parameters: parameters([...FILTERS, 'format']),
    answer: { 'text/csv': { schema: { type: 'string' } }, 'application/jsonl': { schema: { type: 'string' } } },
    problems: [503],
  }),
  '/api/tail': get({
    id: 'tailActivities',
    summary: 'What is recorded from now on: one activity in each server-sent event',
    parameters: parameters([...FILTERS, 'cursor']),
    answer: { 'text/event-stream': { schema: { type: 'string' } } },
    problems: [503],
  }),
  '/api/openapi.json': get({ id: 'getOpenApi', summary: 'This document', answer: json({ type: 'object' }) }),
};

/** Only where the handler takes reports. */
export const REPORTS_PATH: Readonly<Record<string, Schema>> = {
  '/api/reports': {
    post: {
      operationId: 'reportActivity',
      summary: 'An activity that a front end reports itself. Who and when are decided by the server.',
      requestBody: { required: true, content: json(ref('Report')) },
      responses: { 201: { description: 'Recorded', content: json(ref('Reported')) }, ...problems([400, 401, 403, 413, 415, 429, 500, 503]) },
    },
  },
};
