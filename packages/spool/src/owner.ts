import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who a segment belongs to: one spool of one process. */
export interface Owner {
  /** Hash of the host name. */
  readonly host: string;
  /** Hash of the kernel's boot id: equal for all containers of one machine until it restarts. {@link NO_BOOT} where there is none. */
  readonly boot: string;
  readonly pid: number;
  /** Random: tells two spools of one process apart, and two processes that got the same pid. */
  readonly instance: string;
}

const NO_BOOT = '00000000';

/** Instances of this process that are not closed. */
const open = new Set<string>();

export function openOwner(): Owner {
  const instance = randomBytes(4).toString('hex');
  open.add(instance);
  return { host: shortHash(hostname()), boot: bootHash(), pid: process.pid, instance };
}

export function closeOwner({ instance }: Owner): void {
  open.delete(instance);
}

/**
 * Whether the owner surely lives no more, as seen from `self`. It decides only what is worth taking over now: to take the
 * segment of a living process over loses nothing, because its writer looks after each write whether the segment is still its own.
 */
export function isGone(owner: Owner, self: Owner): boolean {
  const sameKernel = owner.boot === self.boot && (owner.boot !== NO_BOOT || owner.host === self.host);
  if (!sameKernel) return owner.host === self.host;
  // Our own pid, but an instance that is not ours: a predecessor (in a container every process is number 1).
  return owner.pid === self.pid ? !open.has(owner.instance) : !isRunning(owner.pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function bootHash(): string {
  try {
    return shortHash(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  } catch {
    return NO_BOOT;
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
