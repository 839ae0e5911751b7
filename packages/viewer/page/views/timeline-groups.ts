import type { ActivityItem } from '@deedlog/core';

/** Activities of one request or flow, oldest first: the order in which they happened. */
export interface TimelineGroup {
  readonly key: string;
  readonly items: readonly ActivityItem[];
}

/** Groups a listing by the flow, else the request, to which activities belong. Groups keep the order of the listing. */
export function timelineGroups(items: readonly ActivityItem[]): readonly TimelineGroup[] {
  const groups = new Map<string, ActivityItem[]>();
  for (const item of items) {
    const key = item.correlationId ?? item.context.requestId ?? item.id;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.unshift(item);
  }
  return [...groups].map(([key, members]) => ({ key, items: members }));
}
