import { Auth } from '@auth/core';
import type { AuthConfig } from '@auth/core';
import { AuthError, CredentialsSignin, EventError } from '@auth/core/errors';
import type { Log } from './log.ts';

/** Errors that are no refused login: `authorize` has told of the first, and the login stood where an event handler threw. */
const NOT_REFUSED = [CredentialsSignin, EventError];

/** `Auth`, and a record of each login that failed where no callback hears of it: Auth.js tells such errors to its logger alone. */
export function auditedAuth(config: AuthConfig, deedlog: Log): (request: Request) => Promise<Response> {
  return async (request) => {
    const problems: Error[] = [];
    const response = await Auth(request, { ...config, logger: { ...config.logger, error: (error) => problems.push(error) } });
    for (const problem of problems) {
      (config.logger?.error ?? printKind)(problem);
      const failureReason = isLogin(request) ? reasonOf(problem) : undefined;
      // The error's text and cause stay out of the record: they may quote what was sent.
      if (failureReason !== undefined) await deedlog.trackLogin({ outcome: 'failure', authType: 'session', failureReason });
    }
    return response;
  };
}

/** Without the text, which may quote what was sent. */
function printKind({ name }: Error): void {
  console.error(`[auth] ${name}`);
}

function isLogin({ method, url }: Request): boolean {
  const { pathname } = new URL(url);
  return pathname.includes('/callback/') || (method === 'POST' && pathname.includes('/signin/'));
}

/** `MissingCSRF` is `missing-csrf`. Undefined where it is no refused login. */
function reasonOf(problem: Error): string | undefined {
  if (NOT_REFUSED.some((kind) => problem instanceof kind)) return undefined;
  const type = problem instanceof AuthError ? problem.type : 'Error';
  return type.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
}
