import { isIPv6 } from 'node:net';

/** Port of SSH (RFC 4253 §4.1). */
const SSH_PORT = 22;

/** A name or an IPv4 address. What is neither, is not stored: it may be `user:password@host` by mistake. */
const HOST = /^[\w-](?:[\w.-]{0,252})$/;

interface Destination {
  readonly hostname?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
}

/**
 * Scheme, host and port by the options of `connect`; of the user nothing. Without a host it is `sftp://`, which names none.
 * ssh2 takes `hostname` before `host`, and `localhost` where there is neither.
 */
export function sftpOrigin(destination: unknown): string {
  if (typeof destination !== 'object' || destination === null) return 'sftp://';
  const name = hostText(hostOf(destination));
  return name === '' ? 'sftp://' : `sftp://${name}:${portOf((destination as Destination).port)}`;
}

/** The host of the options of `connect` where it is none. */
export function wrongHost(destination: object): unknown {
  const host = hostOf(destination);
  return hostText(host) === '' ? host : undefined;
}

/** The destination of a client that is connected already: ssh2 keeps it there. */
export function knownDestination(client: object): unknown {
  const { config } = (client as { readonly client?: { readonly config?: Destination } }).client ?? {};
  return config?.host === undefined ? undefined : config;
}

/** An absolute path as the path of a URL; a relative one begins in the home directory, which curl and others write `/~/`. */
export function urlPath(path: string): string {
  if (path === '') return '';
  return encodeURI(path.startsWith('/') ? path : `/~/${path}`).replace(/[?#]/g, encodeURIComponent);
}

function hostOf({ hostname, host }: Destination): unknown {
  return hostname || host || 'localhost';
}

function hostText(host: unknown): string {
  if (typeof host !== 'string') return '';
  const [name = ''] = host.replace(/^\[(.*)\]$/, '$1').split('%');
  if (isIPv6(name)) return `[${name.toLowerCase()}]`;
  return HOST.test(host) ? host.toLowerCase() : '';
}

function portOf(port: unknown): number {
  const number = typeof port === 'string' ? Number(port) : port;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 65_536 ? number : SSH_PORT;
}
