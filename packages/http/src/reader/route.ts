import { httpError } from '../errors.ts';

/** What there is below the base. `:` stands for one part of the path. */
const PATTERNS = {
  page: [''],
  element: ['history.js'],
  activities: ['api', 'activities'],
  activity: ['api', 'activities', ':'],
  object: ['api', 'objects', ':', ':'],
  actor: ['api', 'actors', ':'],
  access: ['api', 'access', ':'],
  chart: ['api', 'chart'],
  findings: ['api', 'findings'],
  models: ['api', 'models'],
  export: ['api', 'export'],
  tail: ['api', 'tail'],
  openapi: ['api', 'openapi.json'],
  reports: ['api', 'reports'],
} as const;

export type RouteName = keyof typeof PATTERNS;

export interface Route {
  readonly name: RouteName;
  /** What stands at each `:`, decoded. */
  readonly args: readonly string[];
}

/** A path as the handler compares it: begins with a slash unless it is empty, and does not end with one. */
export function normalBase(base: string): string {
  const parts = base.split('/').filter((part) => part !== '');
  return parts.map((part) => `/${part}`).join('');
}

/** Which resource a path names; undefined: none. Throws `HTTP_PARAMETER_INVALID` for what is no encoding. */
export function routeOf(pathname: string, base: string): Route | undefined {
  if (pathname === base) return { name: 'page', args: [] };
  if (!pathname.startsWith(`${base}/`)) return undefined;
  const parts = pathname.slice(base.length + 1).split('/');
  for (const [name, pattern] of Object.entries(PATTERNS)) {
    if (!fits(pattern, parts)) continue;
    return { name: name as RouteName, args: parts.filter((_, index) => pattern[index] === ':').map(decoded) };
  }
  return undefined;
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((step, index) => (step === ':' ? parts[index] !== '' : step === parts[index]));
}

/** Throws `HTTP_PARAMETER_INVALID`. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw httpError('HTTP_PARAMETER_INVALID', 'the path is not well encoded', cause);
  }
}
