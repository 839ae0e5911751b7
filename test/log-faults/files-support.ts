import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AuditLogsCounters } from '@deedlog/pino';

export interface Ended {
  /** Activities that were written to the sink. */
  readonly number: number;
  readonly queue: AuditLogsCounters['queue'];
  readonly files: AuditLogsCounters['files'];
}

export interface Writer {
  /** Waits until the sink has acknowledged so many records, and says how many it has. */
  acknowledged(count: number): Promise<number>;
  /** Ends it as the kernel would; says how many records were acknowledged by then. */
  kill(): Promise<number>;
  /** Lets it end by itself. */
  end(): Promise<Ended>;
}

/** Runs `child/write.ts`: a process that writes into the directory under load. */
export function startWriter(directory: string, run: string, worker = false): Writer {
  const script = join(import.meta.dirname, 'child', 'write.ts');
  const child = spawn(process.execPath, [script, directory, run, worker ? 'worker' : 'thread'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const reader = createInterface({ input: child.stdout });
  let last = '0';
  reader.on('line', (line) => (last = line));
  const closed = once(reader, 'close');
  const ended = once(child, 'exit');
  return {
    acknowledged: async (count) => {
      const target = Number(last) + count;
      while (Number(last) < target) await Promise.race([once(reader, 'line'), closed.then(() => Promise.reject(new Error(`the writer ended: ${last}`)))]);
      return Number(last);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await Promise.all([ended, closed]);
      return Number(last);
    },
    end: async () => {
      child.stdin.end();
      const [code] = await ended;
      await closed;
      if (code !== 0) throw new Error(`the writer ended with ${String(code)}`);
      return JSON.parse(last) as Ended;
    },
  };
}

/** A file system of so many KiB in a directory, until it is disposed of; undefined where mounting is not allowed. */
export function smallDisk(directory: string, kibibytes: number): Disposable | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { [Symbol.dispose]: () => void execFileSync('umount', ['-l', directory]) };
}
