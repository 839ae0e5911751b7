import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDeedlog, userActor } from '@deedlog/core';
import type { Deedlog, DeedlogError } from '@deedlog/core';
import { auditedSftp, httpClient, outgoingLog, requestContext, requestLog } from '@deedlog/http';
import { auditable, mikroOrmStore } from '@deedlog/mikro-orm';
import { auditLogs } from '@deedlog/pino';
import type { AuditLogs } from '@deedlog/pino';
import { auditMiddleware } from '@deedlog/trpc';
import { defineEntity, p } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/core';
import { createTRPCClient, httpLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import SftpClient from 'ssh2-sftp-client';
import { z } from 'zod';
import { testOrm } from '../../support/database.ts';
import { sftpServer } from '../../support/sftp-server.ts';

const Patient = defineEntity({ name: 'Patient', properties: { id: p.integer().primary(), name: p.string(), note: p.string().nullable() } });
auditable(Patient, { fields: { name: 'plain', note: 'redact' } });

interface Context {
  readonly request: IncomingMessage;
  readonly user: string | undefined;
  readonly em: EntityManager;
}

export interface LoggedService extends AsyncDisposable {
  readonly url: string;
  readonly upstreamUrl: string;
  readonly sftpPort: number;
  readonly logs: AuditLogs;
  readonly problems: DeedlogError[];
  /** A tRPC client of this user. */
  as(user: string | undefined, headers?: Readonly<Record<string, string>>): ReturnType<typeof client>;
  /** Ends everything, so that every line is in its file. */
  close(): Promise<void>;
}

interface Around {
  readonly deedlog: Deedlog<Context>;
  readonly logs: AuditLogs;
  readonly upstream: string;
  readonly sftp: { readonly login: object };
}

/** Business as usual: rows that come, change and go, a partner's API called in two ways, a file sent to another partner, and what fails. */
function createRouter({ deedlog, logs, upstream, sftp }: Around) {
  const t = initTRPC.context<Context>().create();
  const act = (input: readonly string[] = []) => t.procedure.concat(auditMiddleware(deedlog, { input }));
  const apollo = httpClient({ sink: logs.sink, deedlog, service: 'apollo', baseUrl: upstream, query: ['page'], body: { request: ['title'], response: ['title', 'expiresIn'] }, ky: { retry: 0 } });
  return t.router({
    patient: t.router({
      create: act(['name']).input(z.object({ name: z.string(), note: z.string() })).mutation(async ({ ctx, input }) => {
        const patient = ctx.em.create(Patient, input);
        await ctx.em.flush();
        return { id: patient.id };
      }),
      read: act(['id']).input(z.object({ id: z.number() })).mutation(async ({ ctx, input }) => {
        const patient = await ctx.em.findOneOrFail(Patient, input.id);
        deedlog.audit.target(patient);
        return { name: patient.name };
      }),
      update: act(['id', 'name']).input(z.object({ id: z.number(), name: z.string() })).mutation(async ({ ctx, input }) => {
        (await ctx.em.findOneOrFail(Patient, input.id)).name = input.name;
        await ctx.em.flush();
      }),
      delete: act(['id']).input(z.object({ id: z.number() })).mutation(async ({ ctx, input }) => {
        ctx.em.remove(await ctx.em.findOneOrFail(Patient, input.id));
        await ctx.em.flush();
      }),
      share: act().input(z.object({ title: z.string(), secret: z.string() })).mutation(async ({ input }) => {
        const answer = await apollo.post('share?page=2&access_token=in-the-query', { json: input, headers: { authorization: `Bearer ${input.secret}` } }).json<{ title: string }>();
        await fetch(`${upstream}/ping?api_key=in-the-query`);
        return answer.title;
      }),
      report: act().input(z.object({ text: z.string() })).mutation(async ({ input }) => {
        const files = auditedSftp(new SftpClient(), { sink: logs.sink, deedlog, service: 'insurer' });
        await files.connect(sftp.login);
        await files.put(Buffer.from(input.text), '/report.txt');
        await files.end();
      }),
      fail: act().mutation(() => {
        try {
          throw new Error('the register is away: password=in-the-error');
        } catch (error) {
          logs.logger.error({ err: error, ward: 7, apiKey: 'in-the-fields' }, 'could not %s the register', 'reach');
          throw error;
        }
      }),
    }),
  });
}

function client(url: string, headers: Readonly<Record<string, string>>) {
  return createTRPCClient<ReturnType<typeof createRouter>>({ links: [httpLink({ url, headers })] });
}

/** A service with every log, before real partners: an HTTP server and an SFTP server. */
export async function loggedService(directory: string): Promise<LoggedService> {
  const problems: DeedlogError[] = [];
  const onProblem = (problem: DeedlogError): void => void problems.push(problem);
  const sftp = await sftpServer({ password: 'sftp-secret' });
  const upstream = await listening(createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'session=upstream-secret' }).end('{"title":"title","expiresIn":3600,"token":"upstream-secret"}');
    });
  }));
  const database = await testOrm([Patient]);
  const context = requestContext();
  const logs: AuditLogs = auditLogs({ directory, level: 'debug', console: false, onProblem, application: { flow: () => deedlog.currentFlow() } });
  const deedlog = createDeedlog({
    actor: ({ user }: Context) => user && userActor(user, { label: 'Ada Lovelace' }),
    context: ({ request }) => context(request),
    store: mikroOrmStore(database.orm),
    sinks: [logs.sink],
    source: 'ward-1',
    onProblem,
  });
  const around: Around = { deedlog, logs, upstream: urlOf(upstream), sftp };
  const outgoing = outgoingLog({ sink: logs.sink, deedlog, onProblem });
  const handler = createHTTPHandler({
    router: createRouter(around),
    createContext: ({ req }): Context => ({ request: req, user: req.headers['x-user'] as string | undefined, em: database.orm.em.fork() }),
  });
  const log = requestLog({ deedlog, sink: logs.sink, serviceName: 'ward', context, query: ['batch'], body: { request: ['name', 'title'], response: ['result.data'] }, onProblem });
  const server = await listening(createServer(log.node(handler)));
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    outgoing.close();
    for (const one of [server, upstream]) await new Promise((resolve) => one.close(resolve).closeAllConnections());
    await deedlog.close();
    await logs.close();
    await sftp[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  };
  return {
    url: urlOf(server),
    upstreamUrl: urlOf(upstream),
    sftpPort: sftp.port,
    logs,
    problems,
    as: (user, headers = {}) => client(urlOf(server), { ...(user === undefined ? {} : { 'x-user': user }), ...headers }),
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
