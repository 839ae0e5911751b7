import { randomBytes } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/core';
import { requestLog } from '@deedlog/http';
import { auditLogs } from '@deedlog/pino';
import { createAudit, fromRequest } from './audit.ts';
import type { ClinicLog } from './audit.ts';
import { Tokens } from './auth/tokens.ts';
import type { AppParts } from './context.ts';
import { openDatabase } from './database.ts';
import type { DatabaseOptions } from './database.ts';
import { dispense } from './jobs/dispense.ts';
import { JobQueue } from './jobs/job-queue.ts';
import { createLogReader } from './log-viewer/log-reader.ts';
import { seed } from './seed.ts';
import { startServer } from './server.ts';

const SECRET_BYTES = 32;

export interface ClinicOptions extends DatabaseOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Signs the tokens. Default: a random one, so that a restart signs everybody out. */
  readonly secret?: string | undefined;
  /** Hides what the log holds by hash only. Default: a random one, so that hashes of two runs do not compare. */
  readonly hashKey?: string | undefined;
  /** Writes the log and the requests as JSON lines too: `audit.log` and `api.log` in this directory. Default: only the database has the log. */
  readonly logDirectory?: string | undefined;
}

/** The running application. */
export interface Clinic {
  readonly url: string;
  readonly orm: MikroORM;
  readonly deedlog: ClinicLog;
  readonly tokens: Tokens;
  readonly jobs: JobQueue;
  /** Answers what has been asked, finishes the jobs, closes the log and the database. */
  close(): Promise<void>;
}

export async function startClinic({ port = 0, secret, hashKey, logDirectory, ...database }: ClinicOptions = {}): Promise<Clinic> {
  const orm = await openDatabase(database);
  const logs = logDirectory === undefined ? undefined : auditLogs({ directory: logDirectory, console: false });
  const deedlog = createAudit(orm, hashKey ?? randomBytes(SECRET_BYTES).toString('hex'), logs === undefined ? [] : [logs.sink]);
  // A missing table is an error now, with a remedy, and no surprise at the first login.
  await deedlog.check();
  await seed(orm, deedlog);

  const tokens = new Tokens(secret === undefined ? randomBytes(SECRET_BYTES) : new TextEncoder().encode(secret));
  const jobs = new JobQueue(deedlog, ({ prescriptionId }) => dispense(orm.em.fork(), deedlog, prescriptionId));
  const parts: AppParts = { em: orm.em, deedlog, tokens, jobs };
  const requests = logs && requestLog({ deedlog, sink: logs.sink, serviceName: 'clinic', context: fromRequest });
  const server = await startServer({ ...parts, requests, reader: createLogReader(orm, deedlog) }, port);
  return {
    url: server.url,
    orm,
    deedlog,
    tokens,
    jobs,
    async close() {
      await server.close();
      await jobs.idle();
      await deedlog.close();
      // After whatever writes to them.
      await logs?.close();
      await orm.close();
    },
  };
}
