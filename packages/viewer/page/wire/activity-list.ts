import { batch, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ActivityItem, ActivityPage } from '@deedlog/core';
import { getJson } from './get-json.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';

/** A listing that grows at its end as the reader goes on. */
export interface ActivityList {
  readonly items: Signal<readonly ActivityItem[]>;
  /** Null until the first page is there. */
  readonly count: Signal<number | null>;
  readonly countExact: Signal<boolean>;
  readonly state: Signal<'loading' | 'ready' | 'end' | 'problem'>;
  readonly problem: Signal<Problem | null>;
  /** Fetches the next page unless one is on its way, nothing is left, or the last try failed. */
  more(): Promise<void>;
  /** Tries again after a problem. */
  retry(): Promise<void>;
  /** Asks for the newest activities, whether they are in the list or not; none where that fails: a failure shows where the list goes on. */
  newest(): Promise<readonly ActivityItem[]>;
  /** Puts newer activities on top; those that are there already are left out. */
  prepend(newer: readonly ActivityItem[]): void;
  close(): void;
}

/** Opens the listing at `url` and fetches its first page. */
export function activityList(url: (params: Readonly<Record<string, string>>) => string, pageSize: number): ActivityList {
  const items = signal<readonly ActivityItem[]>([]);
  const count = signal<number | null>(null);
  const countExact = signal(true);
  const state = signal<'loading' | 'ready' | 'end' | 'problem'>('ready');
  const problem = signal<Problem | null>(null);
  const closing = new AbortController();
  let next: string | null | undefined;

  async function load(): Promise<void> {
    state.value = 'loading';
    try {
      const page = await getJson<ActivityPage>(url({ limit: String(pageSize), ...(next == null ? {} : { after: next, count: '0' }) }), closing.signal);
      batch(() => {
        if (next === undefined) {
          count.value = page.count;
          countExact.value = page.countExact;
        }
        items.value = withoutTwins(items.value, page.results);
        next = page.next;
        problem.value = null;
        state.value = next === null ? 'end' : 'ready';
      });
    } catch (error) {
      if (closing.signal.aborted) return;
      batch(() => {
        problem.value = problemOf(error);
        state.value = 'problem';
      });
    }
  }

  const list: ActivityList = {
    items, count, countExact, state, problem,
    more: async () => {
      if (state.value === 'ready') await load();
    },
    retry: load,
    newest: async () => (await getJson<ActivityPage>(url({ limit: '50' }), closing.signal).catch(() => null))?.results ?? [],
    prepend: (newer) => {
      const known = new Set(items.value.map(({ id }) => id));
      const added = newer.filter(({ id }) => !known.has(id));
      if (added.length === 0) return;
      batch(() => {
        items.value = [...added, ...items.value];
        if (count.value !== null) count.value += added.length;
      });
    },
    close: () => closing.abort(),
  };
  void load();
  return list;
}

/** A live tail may have brought what a page holds too. */
function withoutTwins(items: readonly ActivityItem[], more: readonly ActivityItem[]): readonly ActivityItem[] {
  const known = new Set(items.map(({ id }) => id));
  return [...items, ...more.filter(({ id }) => !known.has(id))];
}
