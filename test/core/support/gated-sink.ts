import type { Activity, DurableEffect, RequestRecord, Sink, SinkLoss } from '@deedlog/core';
import { setImmediate } from 'node:timers/promises';

type Kind = 'write' | 'writeEffects' | 'writeRequests';

export interface GatedSink extends Sink {
  /** What it was called with, in order: `write 1 2 3`, `noteLoss 4`, `flushSync`, `close`. */
  readonly calls: string[];
  readonly losses: SinkLoss[];
  /** Batches that it has neither taken nor refused. */
  readonly underWay: number;
  /** Takes the oldest batch under way, once there is one. */
  take(): Promise<void>;
  refuse(error: Error): Promise<void>;
  /** From now on it takes everything at once. */
  open(): void;
  /** From now on it takes nothing again. */
  shut(): void;
}

/** A sink that takes a batch when the test says so. */
export function gatedSink({ open = false }: { readonly open?: boolean } = {}): GatedSink {
  const calls: string[] = [];
  const losses: SinkLoss[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  let isOpen = open;
  const got = (kind: Kind, records: readonly (Activity | DurableEffect | RequestRecord)[]): Promise<void> => {
    calls.push(`${kind} ${records.map(nameOf).join(' ')}`);
    if (isOpen) return Promise.resolve();
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  };
  const next = async (): Promise<PromiseWithResolvers<void>> => {
    await until(() => gates.length > 0);
    return gates.shift()!;
  };
  return {
    name: 'gated',
    calls,
    losses,
    get underWay() {
      return gates.length;
    },
    write: (activities) => got('write', activities),
    writeEffects: (effects) => got('writeEffects', effects),
    writeRequests: (requests) => got('writeRequests', requests),
    noteLoss: (loss) => {
      calls.push(`noteLoss ${loss.dropped}`);
      losses.push(loss);
    },
    flushSync: () => void calls.push('flushSync'),
    close: async () => void calls.push('close'),
    take: async () => (await next()).resolve(),
    refuse: async (error) => (await next()).reject(error),
    open: () => {
      isOpen = true;
      for (const gate of gates.splice(0)) gate.resolve();
    },
    shut: () => {
      isOpen = false;
    },
  };
}

/** The number that a test gave a record. */
export function nameOf(record: Activity | DurableEffect | RequestRecord): string {
  return ('activityId' in record ? record.correlationId : record.id) ?? '';
}

/** Waits for a condition, a turn of the event loop at a time; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

/** Long enough for everything that could happen without anybody's doing. */
export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}
