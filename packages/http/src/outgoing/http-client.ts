import ky from 'ky';
import type { KyInstance, Options as KyOptions } from 'ky';
import { httpError } from '../errors.ts';
import { loggedFetch } from './logged-fetch.ts';
import type { LoggedFetchOptions } from './logged-fetch.ts';

export interface HttpClientOptions extends LoggedFetchOptions {
  /** Name under which calls to `baseUrl` are recorded. */
  readonly service: string;
  /** Where the service is. Its last slash may be left out: `people` is below it either way. */
  readonly baseUrl: string | URL;
  /** Anything else that `ky.create` takes: headers, timeout, retry, hooks. */
  readonly ky?: Omit<KyOptions, 'fetch' | 'baseUrl' | 'prefix'>;
}

/**
 * A client for one service: a `ky` whose every attempt is recorded once, under the service's name. Calls to a whole URL of another
 * host are recorded under that host. Throws `HTTP_SERVICE_INVALID`, `HTTP_PATTERN_INVALID`, `HTTP_HEADER_NAME_INVALID`,
 * `HTTP_REQUEST_LOG_INVALID`.
 */
export function httpClient(options: HttpClientOptions): KyInstance {
  const { service, baseUrl, ky: settings, services, ...log } = options;
  const base = URL.parse(String(baseUrl));
  if (base === null) throw httpError('HTTP_SERVICE_INVALID', `baseUrl of ${JSON.stringify(service)} is no URL`);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return ky.create({ ...settings, baseUrl: base, fetch: loggedFetch({ ...log, services: { [service]: base.host, ...services } }) });
}
