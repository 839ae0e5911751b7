import { httpError } from '../errors.ts';
import { keptParts } from '../record-parts/kept-parts.ts';
import type { KeptParts, KeptPartsOptions } from '../record-parts/kept-parts.ts';
import { patternMatcher } from '../record-parts/patterns.ts';
import type { Pattern } from '../record-parts/patterns.ts';
import type { CallOrigin } from './call-target.ts';

/** A service that is called, with what of its calls may be stored; where it says nothing of a part, the log's own options hold. */
export interface ServiceOptions extends KeptPartsOptions {
  /** Host names, with the port where only that one is meant: `api.apollo.example`, `*.internal`, `localhost:9200`. */
  readonly hosts: Pattern | readonly Pattern[];
}

/** Services by name. Of several that fit, the first counts. */
export type Services = Readonly<Record<string, Pattern | readonly Pattern[] | ServiceOptions>>;

export interface Service {
  readonly name: string;
  readonly parts: KeptParts;
}

/** What a host name or address looks like; for anything else no service and no permission is taken from a pattern. */
const HOST = /^(?=.{1,300}$)[\w-][\w.-]*(?::\d{1,5})?$|^\[[\da-f:.]{2,45}\](?::\d{1,5})?$/i;

/** Whether one of the patterns means this host, with or without its port. Throws `HTTP_PATTERN_INVALID`. */
export function hostMatcher(patterns: Pattern | readonly Pattern[]): (origin: CallOrigin) => boolean {
  const list = listOf(patterns);
  const matches = patternMatcher({ include: list });
  // It would match no host at all: an exclusion, or a service's own rules, would silently not hold.
  const address = list.find((pattern) => typeof pattern === 'string' && pattern.includes('/'));
  if (address !== undefined) throw httpError('HTTP_PATTERN_INVALID', `${JSON.stringify(address)}: write the host alone, without scheme and path`);
  const means = (name: string): boolean => HOST.test(name) && matches(name);
  return ({ hostname, host }) => means(withoutRoot(hostname)) || means(withoutRoot(host));
}

/** Names the service of a host; without a fitting one that is the host, with its port where it is not the protocol's own. Throws `HTTP_PATTERN_INVALID`, `HTTP_SERVICE_INVALID`. */
export function serviceFinder(services: Services, defaults: KeptPartsOptions): (origin: CallOrigin) => Service {
  const known = Object.entries(services).map(([name, setting]) => {
    const options = serviceOptions(name, setting);
    return { service: { name, parts: keptParts(withDefaults(options, defaults)) }, matches: hostMatcher(options.hosts) };
  });
  const others = keptParts(defaults);
  return (origin) => known.find(({ matches }) => matches(origin))?.service ?? { name: origin.host, parts: others };
}

function serviceOptions(name: string, setting: Services[string]): ServiceOptions {
  const options = typeof setting === 'string' || setting instanceof RegExp || Array.isArray(setting) ? { hosts: setting } : (setting as ServiceOptions);
  if (name === '' || options?.hosts === undefined) throw httpError('HTTP_SERVICE_INVALID', JSON.stringify(name));
  return options;
}

function withDefaults(options: ServiceOptions, defaults: KeptPartsOptions): KeptPartsOptions {
  const { headers = defaults.headers, query = defaults.query, body = defaults.body, redact = defaults.redact } = options;
  return { ...(headers && { headers }), ...(query && { query }), ...(body && { body }), ...(redact && { redact }) };
}

/** `a.example.` is `a.example` (RFC 1034 §3.1). */
function withoutRoot(host: string): string {
  return host.replace(/\.(?=:|$)/, '');
}

function listOf(patterns: Pattern | readonly Pattern[]): readonly Pattern[] {
  return typeof patterns === 'string' || patterns instanceof RegExp ? [patterns] : patterns;
}
