import { errorResponse } from './problem.ts';
import type { OnReadProblem } from './problem.ts';

/** A Web-standard handler. `host` is what the application knows of the request: it is passed to `authorize`, and to deedlog's resolvers. */
export type AuditHandler<Host = unknown> = (request: Request, ...host: undefined extends Host ? [host?: Host] : [host: Host]) => Promise<Response>;

/** Whatever is thrown becomes an answer. */
export function neverRejecting<Host>(respond: (request: Request, host: Host) => Promise<Response>, onProblem: OnReadProblem): AuditHandler<Host> {
  return async (request, ...[host]) => {
    try {
      return await respond(request, host as Host);
    } catch (error) {
      return errorResponse(error, request, onProblem);
    }
  };
}
