import { problemOfAnswer, ProblemError } from './problem.ts';

/** Where the log is read from: the path under which its handler is mounted, without a slash at its end. */
export type Base = string;

/** The address of a resource below `<base>/api/`; each part of the path is encoded. */
export function apiUrl(base: Base, path: readonly string[], params: URLSearchParams = new URLSearchParams()): string {
  const query = params.toString();
  return `${base}/api/${path.map(encodeURIComponent).join('/')}${query === '' ? '' : `?${query}`}`;
}

/** Reads one resource. Throws {@link ProblemError}, or whatever `fetch` throws where there is no answer. */
export async function getJson<Answer>(url: string, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(url, { headers: { accept: 'application/json' }, credentials: 'same-origin', ...(signal === undefined ? {} : { signal }) });
  if (!response.ok) throw new ProblemError(await problemOfAnswer(response));
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  // A login page, sent instead of the answer.
  if (!isJson) throw new ProblemError({ status: 401, code: null, message: 'You are not signed in.', remedy: 'Sign in to the application, then load this page again.' });
  return (await response.json()) as Answer;
}
