import type { HttpBindings } from '@hono/node-server';
import type { AppContext } from '../context.ts';

/** What the routes below /audit know of a request. */
export interface ViewerEnv {
  Bindings: HttpBindings;
  Variables: { app: AppContext };
}
