import { systemActor } from '@deedlog/core';
import type { SerializedContext } from '@deedlog/core';
import type { ClinicLog } from '../audit.ts';

/** What is to be done later, without a caller who waits. */
export interface Job {
  readonly name: 'dispense';
  readonly prescriptionId: number;
}

/** A job as a queue in a database or broker would keep it: text, with who queued it. */
interface QueuedJob {
  readonly body: string;
  readonly carried: SerializedContext;
}

/** Who does the jobs. */
const worker = systemActor('pharmacy', { label: 'Pharmacy' });

/** A queue in memory with one worker; it stands for pg-boss, BullMQ or a broker. */
export class JobQueue {
  readonly #deedlog: ClinicLog;
  readonly #handle: (job: Job) => Promise<void>;
  readonly #queued: QueuedJob[] = [];
  /** Of jobs that failed. A real queue would try again. */
  readonly failures: unknown[] = [];
  #working: Promise<void> | undefined;

  constructor(deedlog: ClinicLog, handle: (job: Job) => Promise<void>) {
    this.#deedlog = deedlog;
    this.#handle = handle;
  }

  /** The job takes along who queued it, from where, and in which act. */
  async enqueue(job: Job): Promise<void> {
    this.#queued.push({ body: JSON.stringify(job), carried: await this.#deedlog.serializeContext() });
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // As in a worker of its own: nothing of the request is left but what the job carries.
    await new Promise((resolve) => setImmediate(resolve));
    for (let next = this.#queued.shift(); next !== undefined; next = this.#queued.shift()) {
      const { body, carried } = next;
      const done = this.#deedlog.resume(carried, { actor: worker }, () => this.#handle(JSON.parse(body) as Job));
      await done.catch((error: unknown) => this.failures.push(error));
    }
  }
}
