import { SEED_PASSWORD } from 'clinic';

/** What a browser does at /audit: it keeps a cookie, says where a form comes from, and follows nothing by itself. */
export interface BrowserSession {
  get(path: string, accept?: string): Promise<Response>;
  post(path: string, form?: Readonly<Record<string, string>>): Promise<Response>;
  /** The cookie as it was set, with its attributes. */
  readonly cookie: string | undefined;
}

export function browserSession(url: string): BrowserSession {
  let cookie: string | undefined;
  const send = async (path: string, init: { readonly method?: string; readonly body?: URLSearchParams; readonly headers: Record<string, string> }): Promise<Response> => {
    const sent = cookie === undefined ? {} : { cookie: cookie.split(';')[0] ?? '' };
    const response = await fetch(`${url}${path}`, { ...init, redirect: 'manual', headers: { ...init.headers, ...sent } });
    cookie = response.headers.get('set-cookie') ?? cookie;
    return response;
  };
  return {
    get: (path, accept = 'application/json') => send(path, { headers: { accept } }),
    post: (path, form = {}) => send(path, { method: 'POST', body: new URLSearchParams(form), headers: { origin: url } }),
    get cookie() {
      return cookie;
    },
  };
}

/** A browser in which somebody of the seed has signed in. */
export async function signedIn(url: string, email: string): Promise<BrowserSession> {
  const session = browserSession(url);
  const response = await session.post('/audit/sign-in', { email, password: SEED_PASSWORD });
  if (response.status !== 303) throw new Error(`${email} could not sign in: ${response.status}`);
  return session;
}
