import type { RequestLogOptions } from '@deedlog/http';
import type { Served } from '../../http/support.ts';
import type { Adapter } from './adapters.ts';
import { application } from './application.ts';
import type { Application } from './application.ts';
import { harness } from './harness.ts';
import type { Harness } from './harness.ts';

export interface Started extends Harness, AsyncDisposable {
  readonly app: Application;
  readonly server: Served;
}

/** The test application behind a request log, served by an adapter. */
export async function startServer(adapter: Adapter, options: Partial<RequestLogOptions> = {}): Promise<Started> {
  const [app, kit] = [application(), harness(options)];
  const server = await adapter.serve({ app, deedlog: kit.deedlog, log: kit.log });
  return { ...kit, app, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
