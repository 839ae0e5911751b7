import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import type { Deedlog, DeedlogError, RequestRecord } from '@deedlog/core';
import { outgoingLog } from '@deedlog/http';
import type { OutgoingLogOptions } from '@deedlog/http';
import { expect, onTestFinished, vi } from 'vitest';

export interface Watched {
  readonly deedlog: Deedlog;
  readonly records: RequestRecord[];
  readonly problems: DeedlogError[];
  /** For a log whose records come here. */
  readonly options: Required<Pick<OutgoingLogOptions, 'deedlog' | 'sink' | 'onProblem'>>;
  /** Waits until so many records are there, and sees to it that there are no more. */
  told(count: number): Promise<readonly RequestRecord[]>;
  /** Runs `body` as a user in a flow of its own. */
  as<Result>(user: string, body: () => Result): Result;
}

/** What logs of outgoing calls need, with a sink that keeps what it is given. */
export function watched(): Watched {
  const deedlog = createDeedlog({ actor: () => undefined, store: memoryStore() });
  const records: RequestRecord[] = [];
  const problems: DeedlogError[] = [];
  return {
    deedlog,
    records,
    problems,
    options: { deedlog, sink: { writeRequests: (written) => void records.push(...written) }, onProblem: (problem) => void problems.push(problem) },
    told: async (count) => {
      await vi.waitFor(() => expect(records.length).toBeGreaterThanOrEqual(count), { timeout: 10_000 });
      await new Promise(setImmediate);
      expect(records).toHaveLength(count);
      return records;
    },
    as: (user, body) => deedlog.run({ actor: userActor(user), correlationId: `flow-${user}`, context: { tenant: `tenant-${user}`, requestId: `request-${user}` } }, body),
  };
}

/** A log that watches until the test is over. */
export function watching(options: Partial<OutgoingLogOptions> = {}): Watched {
  const log = watched();
  const { close } = outgoingLog({ ...log.options, ...options });
  onTestFinished(close);
  return log;
}
