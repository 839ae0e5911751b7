/** What a documented field holds: every type that it may have. */
export type FieldType = 'text' | 'number' | 'object' | 'null' | 'empty text' | 'json';

/** The fields of a record shape by path, as django-activity-audit 1.0.5 documents them ("Log Types"). */
export type Shape = Readonly<Record<string, readonly FieldType[]>>;

const user: Shape = {
  'user.id': ['text'],
  'user.title': ['text', 'empty text'],
  'user.email': ['text', 'empty text'],
  'user.first_name': ['text', 'empty text'],
  'user.middle_name': ['text', 'empty text'],
  'user.last_name': ['text', 'empty text'],
  'user.sex': ['text', 'empty text'],
  'user.date_of_birth': ['text', 'null'],
};

const head: Shape = { timestamp: ['text'], level: ['text'], name: ['text'], message: ['text'] };

/** "CRUD Log". */
export const CRUD: Shape = { ...head, model: ['text'], event_type: ['text'], instance_id: ['text'], user: ['object'], ...user, extra: ['object'] };

const request: Shape = {
  ...head,
  service_name: ['text'],
  request_type: ['text'],
  protocol: ['text'],
  request_repr: ['object'],
  'request_repr.method': ['text'],
  'request_repr.headers': ['object'],
  'request_repr.body': ['json'],
  response_repr: ['object'],
  'response_repr.status_code': ['number', 'null'],
  'response_repr.body': ['json'],
  error_message: ['text', 'null'],
  execution_time: ['number'],
};

/** "Request-Response Log", "Incoming Log Format". */
export const INTERNAL_REQUEST: Shape = {
  ...request,
  'request_repr.path': ['text'],
  'request_repr.query_params': ['object'],
  'request_repr.user': ['object', 'null'],
  'response_repr.headers': ['object'],
};

/** "Request-Response Log", "External Log format". */
export const EXTERNAL_REQUEST: Shape = { ...request, 'request_repr.endpoint': ['text'] };

/** "Container Logs", "File Log Format". */
export const APPLICATION: Shape = {
  timestamp: ['text'],
  level: ['text'],
  name: ['text', 'empty text'],
  path: ['text', 'empty text'],
  module: ['text', 'empty text'],
  function: ['text', 'empty text'],
  message: ['text', 'empty text'],
  exception: ['text', 'empty text'],
  request: ['object', 'empty text'],
  extra_fields: ['object', 'empty text'],
};

const NOTHING = Symbol('nothing');

/** What is wrong with a line, by field; empty: it has every documented field. */
export function faultsOf(line: Readonly<Record<string, unknown>>, shape: Shape): readonly string[] {
  const faults = Object.entries(shape).flatMap(([path, types]) => {
    const value = path.split('.').reduce<unknown>((owner, name) => (typeof owner === 'object' && owner !== null && name in owner ? (owner as Record<string, unknown>)[name] : NOTHING), line);
    return types.some((type) => isOfType(value, type)) ? [] : [`${path}: ${value === NOTHING ? 'missing' : JSON.stringify(value)}`];
  });
  const time = String(line['timestamp']);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/.test(time) ? faults : [...faults, `timestamp: ${time}`];
}

function isOfType(value: unknown, type: FieldType): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'empty text':
      return value === '';
    case 'number':
      return typeof value === 'number';
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'null':
      return value === null;
    case 'json':
      return value !== NOTHING;
  }
}
