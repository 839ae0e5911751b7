import { randomBytes } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/core';
import { createAudit } from './audit.ts';
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

export async function startClinic({ port = 0, secret, hashKey, ...database }: ClinicOptions = {}): Promise<Clinic> {
  const orm = await openDatabase(database);
  const deedlog = createAudit(orm, hashKey ?? randomBytes(SECRET_BYTES).toString('hex'));
  // A missing table is an error now, with a remedy, and no surprise at the first login.
  await deedlog.check();
  await seed(orm, deedlog);

  const tokens = new Tokens(secret === undefined ? randomBytes(SECRET_BYTES) : new TextEncoder().encode(secret));
  const jobs = new JobQueue(deedlog, ({ prescriptionId }) => dispense(orm.em.fork(), deedlog, prescriptionId));
  const parts: AppParts = { em: orm.em, deedlog, tokens, jobs };
  const server = await startServer({ ...parts, reader: createLogReader(orm, deedlog) }, port);
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
      await orm.close();
    },
  };
}
