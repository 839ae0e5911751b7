import { httpError } from '../errors.ts';

/** What a front end may say of an activity. Who, when and from where are not its to say. */
export interface ClientReport {
  readonly action: string;
  readonly target?: { readonly type: string; readonly id: string | number };
  /** Checked by the schema of the action. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Where the action requires one. */
  readonly reason?: string;
}

/** Throws `HTTP_REPORT_INVALID`. */
export function parseReport(body: string): ClientReport {
  const { action, target, metadata, reason, ...others } = objectOf(parse(body), 'it');
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`${JSON.stringify(unknown.slice(0, 64))} is not known`);
  if (typeof action !== 'string') throw invalid('action is no text');
  if (reason !== undefined && typeof reason !== 'string') throw invalid('reason is no text');
  return {
    action,
    ...(target === undefined ? {} : { target: targetOf(objectOf(target, 'target')) }),
    ...(metadata === undefined ? {} : { metadata: objectOf(metadata, 'metadata') }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function targetOf({ type, id, ...others }: Readonly<Record<string, unknown>>): NonNullable<ClientReport['target']> {
  const isId = typeof id === 'string' || typeof id === 'number';
  if (typeof type !== 'string' || !isId || Object.keys(others).length > 0) throw invalid('target is not { type, id }');
  return { type, id };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw httpError('HTTP_REPORT_INVALID', 'it is no JSON', cause);
  }
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${name} is no object`);
  return value as Readonly<Record<string, unknown>>;
}

function invalid(what: string): Error {
  return httpError('HTTP_REPORT_INVALID', what);
}
