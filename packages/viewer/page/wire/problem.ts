/** What a reader has to know where the server did not give what was asked for. */
export interface Problem {
  /** HTTP status; 0: there was no answer. */
  readonly status: number;
  /** Stable code of deedlog, for example `READ_CURSOR_INVALID`; null where the answer had none. */
  readonly code: string | null;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string | null;
}

/** A failed request, as an exception. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The problem behind anything thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    status: 0,
    code: null,
    message: navigator.onLine ? 'The server does not answer.' : 'You are offline.',
    remedy: navigator.onLine ? 'Check the connection, or try again in a moment.' : 'Try again when the network is back.',
  };
}

const ANSWERS: Readonly<Record<number, readonly [message: string, remedy: string]>> = {
  401: ['You are not signed in.', 'Sign in to the application, then load this page again.'],
  403: ['You may not read this log.', 'Ask whoever runs the application for access.'],
  404: ['There is no such record.', 'It may have been removed by retention, or the link is incomplete.'],
  429: ['Too many requests.', 'Wait a moment, then try again.'],
};

/** The problem that an answer tells of. */
export async function problemOfAnswer(response: Response): Promise<Problem> {
  const [message, remedy] = ANSWERS[response.status] ?? ['The server could not answer.', 'Try again; if it stays, look into the log of the application.'];
  const told = await response.json().catch(() => null) as unknown;
  const text = (key: string): string | null => {
    const value: unknown = typeof told === 'object' && told !== null ? Reflect.get(told, key) : null;
    return typeof value === 'string' && value !== '' ? value.slice(0, 500) : null;
  };
  const [code, advice] = [text('code'), text('remedy')];
  return { status: response.status, code, message: withoutRepeats(text('message') ?? message, code, advice), remedy: advice ?? remedy };
}

/** The text of a DeedlogError has its code before and its remedy behind it; both are shown by themselves. */
function withoutRepeats(message: string, code: string | null, remedy: string | null): string {
  const start = code !== null && message.startsWith(`${code}: `) ? code.length + 2 : 0;
  const text = message.slice(start);
  return remedy !== null && text.endsWith(remedy) && text.length > remedy.length ? text.slice(0, -remedy.length).trim() : text;
}
