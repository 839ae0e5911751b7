import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ActivityItem, ModelItem } from '@deedlog/core';
import { FilterChips } from '../list/filter-chips.tsx';
import { FilterSheet } from '../list/filter-sheet.tsx';
import { QuickFilters } from '../list/quick-filters.tsx';
import { SavedViewsMenu } from '../list/saved-views-menu.tsx';
import { SearchBox } from '../list/search-box.tsx';
import { CopyLink } from '../shell/copy-link.tsx';
import { ActorChain } from '../show/actor-name.tsx';
import { useFrame } from '../show/frame.tsx';
import { Moment } from '../show/moment.tsx';
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../show/notice.tsx';
import { PlainText } from '../show/plain-text.tsx';
import { requestFilters } from '../state/request-filters.ts';
import { filterText, hrefWith, route } from '../state/route.ts';
import { activityList } from '../wire/activity-list.ts';
import type { ActivityList } from '../wire/activity-list.ts';
import { apiUrl } from '../wire/get-json.ts';
import { HistoryEntry } from './history-entry.tsx';
import { ListFoot } from './list-foot.tsx';
import { OpenActivity } from './list-view.tsx';
import { timelineGroups } from './timeline-groups.ts';
import type { TimelineGroup } from './timeline-groups.ts';

const PAGE = 100;

/** What happened, request by request. */
export function TimelineView({ models }: { readonly models: readonly ModelItem[] }): JSX.Element {
  const { base } = useFrame();
  const filters = useMemo(() => requestFilters(filterText.value), [filterText.value]);
  const list = useMemo(() => activityList((page) => apiUrl(base, ['activities'], new URLSearchParams([...filters, ...Object.entries(page)])), PAGE), [base, filters]);
  useEffect(() => () => list.close(), [list]);
  const modelName = route.value.get('model');
  const model = models.find(({ name, default: usual }) => (modelName === null ? usual : name === modelName));
  return (
    <>
      <div class="toolbar">
        <SearchBox />
        <QuickFilters models={models} />
        <FilterSheet model={model} items={list.items.value} />
        <span class="spring" />
        <SavedViewsMenu />
        <CopyLink />
      </div>
      <FilterChips />
      <Groups list={list} />
      <OpenActivity list={list} />
    </>
  );
}

function Groups({ list }: { readonly list: ActivityList }): JSX.Element {
  const end = useRef<HTMLDivElement>(null);
  const state = list.state.value;
  const items = list.items.value;
  useEffect(() => {
    if (end.current === null) return undefined;
    const watch = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting === true) void list.more();
    }, { rootMargin: '600px' });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [list, state, items.length]);
  if (items.length === 0 && state === 'loading') return <LoadingNotice what="the timeline" />;
  if (items.length === 0 && list.problem.value !== null) return <ProblemNotice problem={list.problem.value} retry={() => void list.retry()} />;
  if (items.length === 0) return <EmptyNotice title="No activities here"><p>No record passes these filters.</p></EmptyNotice>;
  return (
    <>
      <ol class="groups">{timelineGroups(items).map((group) => <Group key={group.key} group={group} />)}</ol>
      <div ref={end} />
      <ListFoot list={list} />
    </>
  );
}

function Group({ group: { items } }: { readonly group: TimelineGroup }): JSX.Element | null {
  const first = items[0];
  if (first === undefined) return null;
  const { method, path } = first.context;
  return (
    <li class="group">
      <p class="group-head">
        <strong>{path === undefined ? <ActorChain item={first} /> : <code><PlainText text={`${method ?? ''} ${path}`.trim()} limit={120} /></code>}</strong>
        <span class="quiet">{counted(items)}</span>
        <Moment iso={first.timestamp} />
      </p>
      <ol class="history">{items.map((item) => <HistoryEntry key={item.id} item={item} withObject href={hrefWith({ open: item.id })} />)}</ol>
    </li>
  );
}

function counted(items: readonly ActivityItem[]): string {
  const effects = items.reduce((sum, item) => sum + item.effects.length, 0);
  const wrong = items.filter(({ outcome }) => outcome !== 'success').length;
  const parts = [items.length === 1 ? '1 activity' : `${items.length} activities`];
  if (effects > 0) parts.push(effects === 1 ? '1 effect' : `${effects} effects`);
  if (wrong > 0) parts.push(`${wrong} without success`);
  return parts.join(', ');
}
