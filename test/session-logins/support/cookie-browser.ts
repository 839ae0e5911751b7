/** Names itself in every request. */
export const USER_AGENT = 'cookie-browser/1.0';

interface Sent extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a client of session logins has: cookies, which it keeps for as long as the server does not take them back. */
export class CookieBrowser {
  /** By name. */
  readonly cookies = new Map<string, string>();
  /** Every value that a cookie ever had here. */
  readonly seen = new Set<string>();
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  get(path: string): Promise<Response> {
    return this.#send(path, { method: 'GET' });
  }

  post(path: string, body: object): Promise<Response> {
    return this.#send(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  }

  submit(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(form) });
  }

  async #send(path: string, { headers, ...init }: Sent): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = { 'user-agent': USER_AGENT, origin: this.#origin, ...(cookie === '' ? {} : { cookie }), ...headers };
    const response = await fetch(new URL(path, this.#origin), { ...init, headers: sent, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', ...rest] = pair.split('=');
    const value = rest.join('=');
    const removed = value === '' || attributes.some((attribute) => /^max-age=0$/i.test(attribute));
    if (removed) this.cookies.delete(name);
    else this.cookies.set(name, value);
    if (value !== '') this.seen.add(value);
  }
}
