import type { ActivityItem } from '@deedlog/core';

/** Follows what is recorded from now on. `onEnd` is called where the server ends it for good: no access, too many readers. */
export function followTail(url: string, on: { readonly open: () => void; readonly item: (item: ActivityItem) => void; readonly end: () => void }): () => void {
  const source = new EventSource(url);
  const take = ({ data }: MessageEvent<string>): void => {
    const item: unknown = JSON.parse(data);
    if (typeof item === 'object' && item !== null && 'id' in item) on.item(item as ActivityItem);
  };
  source.addEventListener('open', on.open);
  source.addEventListener('message', take);
  source.addEventListener('activity', take);
  source.addEventListener('error', () => {
    // Otherwise the browser connects again by itself.
    if (source.readyState === EventSource.CLOSED) on.end();
  });
  return () => source.close();
}
