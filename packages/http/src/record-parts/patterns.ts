import picomatch from 'picomatch';
import { httpError } from '../errors.ts';

/**
 * A glob, or a regular expression of your own. In a glob `*` stands for anything but `/`, `**` for any number of segments, `?` for
 * one character, `{a,b}` and `{1..9}` for one of them; everything else is itself, brackets included. It says what the whole text
 * is; a slash at the end does not count, on either side.
 */
export type Pattern = string | RegExp;

export interface PatternRules {
  /** What is recorded. Default: everything. Globs take upper and lower case for the same, as many routers do. */
  readonly include?: readonly Pattern[] | undefined;
  /** What is not, included or not. Globs take the case as it is. */
  readonly exclude?: readonly Pattern[] | undefined;
}

/**
 * The addresses at which orchestrators, load balancers and uptime monitors ask whether a service lives, at the root or below `/api`,
 * a version, or both (`/api/v1/health`). Not below any other path: `/patients/7/health` is an application's own. For the same reason
 * `/status` is not among them. Names: Kubernetes (`livez`, `readyz`, `healthz`), Spring Boot (`actuator/health`), MicroProfile
 * (`health/live`, `health/ready`, `health/started`), Rails and Laravel (`up`).
 */
export const HEALTH_CHECKS: readonly string[] = ['', '/api', '/v{0..9}', '/api/v{0..9}'].map(
  (prefix) => `${prefix}/{_health,actuator/health,health,health-check,health/live,health/ready,health/started,healthcheck,healthz,live,livez,ping,ready,readyz,up}`,
);

/** Longer texts are recorded without being looked at: what a pattern costs grows with the square of the length. */
const MAX_TEXT = 1024;

const MAX_GLOB = 512;

/** Each doubles what a glob can stand for. */
const MAX_BRACES = 8;

/**
 * Not in the normal form of RFC 3986 §6.2.2: with `.` or `..` as a segment, or with characters encoded that need no encoding. Servers
 * disagree about what such a path means, so nobody may get past the log by it. Line ends: no wildcard stands for them.
 */
const NOT_NORMAL = /[\n\r\u2028\u2029]|(?:^|[\\/]|%2f|%5c)\.{1,2}(?:$|[\\/]|%2f|%5c)|%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i;

/**
 * Which texts (paths, addresses) the rules let through; `exclude` wins. A rule that is given replaces the default one. In doubt a text
 * is let through: a long one, and one that is not in normal form. Throws `HTTP_PATTERN_INVALID` for wrong patterns.
 */
export function patternMatcher(rules: PatternRules = {}, defaults: PatternRules = {}): (text: string) => boolean {
  if (rules === null || typeof rules !== 'object' || Array.isArray(rules)) throw httpError('HTTP_PATTERN_INVALID', 'the rules are no object: write { include: [...] } or { exclude: [...] }');
  const include = rules.include ?? defaults.include;
  const included = include === undefined ? everything : anyOf('include', include, true);
  const excluded = anyOf('exclude', rules.exclude ?? defaults.exclude ?? [], false);
  // Most texts are let through by the rules, and it does not matter whether they are in normal form.
  return (text) => text.length > MAX_TEXT || (included(text) && !excluded(text)) || NOT_NORMAL.test(text);
}

type Matches = (text: string) => boolean;

const everything: Matches = () => true;

function anyOf(rule: keyof PatternRules, patterns: readonly Pattern[], anyCase: boolean): Matches {
  if (!Array.isArray(patterns)) throw httpError('HTTP_PATTERN_INVALID', `${rule} is no list`);
  const globs: [glob: string, place: string][] = [];
  const expressions: Matches[] = [];
  for (const [index, pattern] of (patterns as readonly unknown[]).entries()) {
    const place = `${rule}[${index}]`;
    if (pattern instanceof RegExp) expressions.push(expressionMatcher(pattern));
    else if (typeof pattern === 'string') globs.push([pattern, place]);
    else throw httpError('HTTP_PATTERN_INVALID', `${place} is a ${typeof pattern}`);
  }
  const matchesGlob = globMatcher(globs, anyCase);
  return (text) => matchesGlob(text) || expressions.some((matches) => matches(text));
}

/** A copy, because one with the flag g or y goes on where it stopped, here and in the application that it belongs to. */
function expressionMatcher(pattern: RegExp): Matches {
  const own = new RegExp(pattern);
  return (text) => {
    own.lastIndex = 0;
    return own.test(text);
  };
}

/** All globs as one expression: each request is held against them. */
function globMatcher(globs: readonly (readonly [glob: string, place: string])[], anyCase: boolean): Matches {
  const [first, ...more] = globs.map(([glob, place]) => globExpression(glob, { place, anyCase }));
  if (first === undefined) return () => false;
  const whole = new RegExp([first, ...more].map(({ source }) => source).join('|'), first.flags);
  return (text) => text !== '' && whole.test(withoutLastSlash(text));
}

interface GlobSetting {
  readonly place: string;
  readonly anyCase: boolean;
}

function globExpression(glob: string, { place, anyCase }: GlobSetting): RegExp {
  const wrong = whatIsWrong(glob);
  if (wrong !== undefined) throw httpError('HTTP_PATTERN_INVALID', `${place} ${JSON.stringify(glob.slice(0, MAX_GLOB))}: ${wrong}`);
  try {
    return picomatch.makeRe(withoutLastSlash(glob), {
      dot: true,
      nocase: anyCase,
      // Left out: what could make a path of somebody else's choice slow, or would read an IPv6 address as a set of characters.
      nonegate: true,
      noextglob: true,
      literalBrackets: true,
      strictBrackets: true,
      windows: false,
    });
  } catch (cause) {
    throw httpError('HTTP_PATTERN_INVALID', `${place} ${JSON.stringify(glob)}: ${(cause as Error).message}`, cause);
  }
}

function whatIsWrong(glob: string): string | undefined {
  if (glob === '') return 'it is empty';
  if (glob.length > MAX_GLOB) return `it is longer than ${MAX_GLOB} characters`;
  if (/[()|]|[\]}]\+/.test(glob)) return 'for one of several write {a,b}';
  if (glob.split('{').length - 1 > MAX_BRACES) return `it has more than ${MAX_BRACES} braces`;
  return isSlow(glob) ? 'more than two wildcards can stand for the same characters, which long paths make slow' : undefined;
}

/**
 * Whether matching can cost more than the square of the text's length: `**` that is not the end, and each further `*` of a segment,
 * can give characters to the next one and take them back.
 */
function isSlow(glob: string): boolean {
  const segments = withoutLastSlash(glob).split('/');
  const deep = segments.slice(0, -1).filter((segment) => segment.includes('**')).length;
  const further = segments.reduce((sum, segment) => sum + Math.max(0, (segment.match(/\*+/g)?.length ?? 0) - 1), 0);
  return further > 1 || deep + further > 2;
}

function withoutLastSlash(text: string): string {
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
}
