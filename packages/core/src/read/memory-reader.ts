import { coreError } from '../errors.ts';
import type { MemoryStore } from '../deliver/memory-store.ts';
import type { Activity } from '../record/activity.ts';
import type { ModelSettings, ModelShape } from '../record/model.ts';
import { chartOf } from './chart-of.ts';
import { createReader } from './create-reader.ts';
import type { ReaderOptions } from './create-reader.ts';
import { positionTime } from './cursor.ts';
import type { Position } from './cursor.ts';
import type { FoundPage, FoundRecord, FoundTail, LogSource, PageSearch, Search } from './log-source.ts';
import { matchesSearch } from './matches-search.ts';
import { modelShapes } from './model-shapes.ts';
import type { Reader } from './reader.ts';

export interface MemoryReaderOptions extends ReaderOptions {
  /** As `createDeedlog` takes them. Default: no own columns. */
  readonly models?: ModelSettings;
}

/** Reads what a memory store holds: for tests and try-outs. Memory knows no effects. */
export function memoryReader(store: MemoryStore, options: MemoryReaderOptions = {}): Reader {
  return createReader(new MemorySource(store, modelShapes(options.models ?? {})), options);
}

class MemorySource implements LogSource {
  readonly models: ReadonlyMap<string, ModelShape>;
  readonly #store: MemoryStore;

  constructor(store: MemoryStore, models: ReadonlyMap<string, ModelShape>) {
    this.#store = store;
    this.models = models;
  }

  async page(search: PageSearch): Promise<FoundPage> {
    const { position, limit } = search;
    const matching = this.#matching(search).map(recordOf).toSorted(newestFirst);
    const newer = position?.direction === 'newer';
    const beyond = position === undefined ? matching : matching.filter((record) => (compare(record.position, position) > 0) === newer && compare(record.position, position) !== 0);
    const records = newer ? beyond.slice(-limit) : beyond.slice(0, limit);
    const continueAt = beyond.length > limit ? (newer ? records[0] : records.at(-1))?.position : undefined;
    return { records, continueAt, count: search.count ? matching.length : null, countExact: true };
  }

  async get(id: string, search: Search): Promise<FoundRecord | undefined> {
    const found = this.#matching(search).find((activity) => activity.id === id);
    return found === undefined ? undefined : recordOf(found);
  }

  async chart(search: Search, buckets: number): ReturnType<LogSource['chart']> {
    return chartOf(this.#matching(search), search.filter, buckets);
  }

  async tail(search: Search, after: readonly string[] | undefined): Promise<FoundTail> {
    const { activities } = this.#store;
    const [from = '', ...others] = after ?? [String(activities.length)];
    if (!/^\d{1,15}$/.test(from) || others.length > 0) throw coreError('CURSOR_INVALID');
    const records = activities.slice(Number(from)).filter((activity) => matchesSearch(activity, search)).map(recordOf);
    return { records, cursor: [String(activities.length)], more: false };
  }

  #matching(search: Search): Activity[] {
    return this.#store.activities.filter((activity) => matchesSearch(activity, search));
  }
}

function recordOf(activity: Activity): FoundRecord {
  return { activity, effects: [], effectsCut: false, position: { at: positionTime(activity.occurredAt), id: activity.id } };
}

function newestFirst(one: FoundRecord, other: FoundRecord): number {
  return compare(other.position, one.position);
}

function compare(one: Position, other: Position): number {
  const [first, second] = one.at === other.at ? [one.id, other.id] : [one.at, other.at];
  return first < second ? -1 : first > second ? 1 : 0;
}
