import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ActivityItem } from '@deedlog/core';
import { apiUrl } from '../wire/get-json.ts';
import type { Base } from '../wire/get-json.ts';
import type { ActivityList } from '../wire/activity-list.ts';
import { followTail } from '../wire/tail.ts';

/** What came in since the reader began to watch. */
export interface Tail {
  /** Activities that wait until the reader comes back to the top. */
  readonly waiting: Signal<readonly ActivityItem[]>;
  /** Ids that came in live. */
  readonly fresh: Signal<ReadonlySet<string>>;
  /** True: the server ended it. */
  readonly ended: Signal<boolean>;
  /** Puts the waiting ones on top. */
  show(): void;
}

interface TailOptions {
  readonly base: Base;
  readonly list: ActivityList;
  readonly filters: URLSearchParams;
  readonly live: boolean;
}

/** Follows a listing while `live`. A reader who has scrolled down is not moved: what comes in waits. */
export function useTail({ base, list, filters, live }: TailOptions): Tail {
  const waiting = useSignal<readonly ActivityItem[]>([]);
  const fresh = useSignal<ReadonlySet<string>>(new Set());
  const ended = useSignal(false);
  const show = (): void => {
    list.prepend(waiting.value);
    waiting.value = [];
  };
  /** The tail and the list that is asked for again may both bring one. */
  const arrive = (items: readonly ActivityItem[]): void => {
    const known = new Set([...waiting.value, ...list.items.value].map(({ id }) => id));
    const added = items.filter(({ id }) => !known.has(id));
    if (added.length === 0) return;
    fresh.value = new Set([...fresh.value, ...added.map(({ id }) => id)]);
    waiting.value = [...added, ...waiting.value];
    if (scrollY < 200) show();
  };
  const key = filters.toString();
  const loaded = list.count.value !== null || list.items.value.length > 0;
  useEffect(() => {
    waiting.value = [];
    ended.value = false;
    if (!live || !loaded) return undefined;
    let watching = true;
    const stop = followTail(apiUrl(base, ['tail'], new URLSearchParams(key)), {
      // What was recorded between the list and the tail.
      open: () => void list.newest().then((items) => watching && arrive(items)),
      item: (item) => arrive([item]),
      end: () => {
        ended.value = true;
      },
    });
    return () => {
      watching = false;
      stop();
    };
  }, [list, live, loaded, key]);
  return { waiting, fresh, ended, show };
}
