import type { Activity } from '@deedlog/core';
import { fileSpool } from '@deedlog/spool';
import type { FileSpool, FileSpoolOptions } from '@deedlog/spool';
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { bareActivity } from '../contract/sample-activity.ts';

export interface Bench extends AsyncDisposable {
  readonly directory: string;
  open(options?: FileSpoolOptions): FileSpool;
  readonly problems: string[];
  files(ending?: string): string[];
}

/** A directory of its own; at the end its spools are closed and it is removed. */
export function bench(): Bench {
  const root = mkdtempSync(join(tmpdir(), 'deedlog-spool-'));
  const directory = join(root, 'spool');
  const problems: string[] = [];
  const opened: FileSpool[] = [];
  return {
    directory,
    problems,
    open: (options = {}) => {
      const spool = fileSpool(directory, { onProblem: ({ code }) => problems.push(code), ...options });
      opened.push(spool);
      return spool;
    },
    files: (ending = '.jsonl') => readdirSync(directory).filter((file) => file.endsWith(ending)).toSorted(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((spool) => spool.close()));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export function activity(given: Partial<Activity> = {}): Activity {
  return bareActivity({ action: 'invoice.approve', actorKind: 'user', actorId: '7', targetType: 'Invoice', targetId: '42', source: 'test', ...given });
}

export function activities(count: number): Activity[] {
  return Array.from({ length: count }, (_, index) => activity({ metadata: { index } }));
}

/** Drains everything and returns it. */
export async function drainAll(spool: FileSpool): Promise<Activity[]> {
  const drained: Activity[] = [];
  const count = await spool.drain(async (batch) => {
    drained.push(...batch);
  });
  if (count !== drained.length) throw new Error(`drain says ${count}, but wrote ${drained.length}`);
  return drained;
}

export function ids(list: readonly Activity[]): string[] {
  return list.map(({ id }) => id);
}

export interface Child {
  readonly pid: number;
  /** Waits until it has printed so many lines. */
  lines(count: number): Promise<readonly string[]>;
  /** Ends it as the kernel would, and waits until it is gone. Returns all that it printed. */
  kill(): Promise<readonly string[]>;
  /** Waits until it ends by itself. */
  ended(): Promise<readonly string[]>;
}

/** Runs `child/<program>.ts` in a process of its own; with a limit on the size of its files in KiB. */
export function runChild(program: string, args: readonly string[], fileLimit?: number): Child {
  const script = join(import.meta.dirname, 'child', `${program}.ts`);
  const child: ChildProcessByStdio<null, Readable, null> =
    fileLimit === undefined
      ? spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
      : spawn('bash', ['-c', `ulimit -f ${fileLimit} && exec "$0" "$@"`, process.execPath, script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => printed.push(line));
  const closed = once(reader, 'close');
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? -1,
    lines: async (count) => {
      while (printed.length < count) {
        await Promise.race([once(reader, 'line'), closed.then(() => Promise.reject(new Error(`${program} ended after ${printed.length} lines`)))]);
      }
      return printed;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await Promise.all([ended, closed]);
      return printed;
    },
    ended: async () => {
      await Promise.all([ended, closed]);
      return printed;
    },
  };
}
