import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { ActivityChart, ModelItem } from '@deedlog/core';
import { DetailPanel } from '../detail/detail-panel.tsx';
import { ActivityTable } from '../list/activity-table.tsx';
import { Chart } from '../list/chart.tsx';
import { ColumnsMenu } from '../list/columns-menu.tsx';
import { ExportMenu } from '../list/export-menu.tsx';
import { FilterChips } from '../list/filter-chips.tsx';
import { FilterSheet } from '../list/filter-sheet.tsx';
import { QuickFilters } from '../list/quick-filters.tsx';
import { SavedViewsMenu } from '../list/saved-views-menu.tsx';
import { SearchBox } from '../list/search-box.tsx';
import { chosenColumns, columnsOf } from '../list/table-columns.tsx';
import { useTail } from '../list/use-tail.ts';
import { CopyLink } from '../shell/copy-link.tsx';
import { LiveButton } from '../shell/live-button.tsx';
import { useFrame } from '../show/frame.tsx';
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../show/notice.tsx';
import { columnsByModel } from '../state/preferences.ts';
import { requestFilters } from '../state/request-filters.ts';
import { change, filterText, openId, route } from '../state/route.ts';
import { activityList } from '../wire/activity-list.ts';
import type { ActivityList } from '../wire/activity-list.ts';
import { apiUrl } from '../wire/get-json.ts';
import { useJson } from '../wire/use-json.ts';
import { ListFoot } from './list-foot.tsx';

interface ListViewProps {
  readonly models: readonly ModelItem[];
  /** Resource that is listed, below `api/`. */
  readonly path: readonly string[];
  /** Filters that belong to the page. */
  readonly fixed?: readonly string[];
  /** False: the resource is not made of filters, so it has no chart, no tail and no export. */
  readonly full?: boolean;
  readonly children?: ComponentChildren;
}

/** Rows of one request. */
const PAGE = 200;

/** The listing with everything around it: search, filters, chart, table and the open activity. */
export function ListView({ models, path, fixed = [], full = true, children }: ListViewProps): JSX.Element {
  const { base } = useFrame();
  const key = `${path.join('/')}?${filterText.value}`;
  // The same filters ask for the same times, however often the page is drawn.
  const filters = useMemo(() => requestFilters(filterText.value), [key]);
  const list = useMemo(() => activityList((page) => apiUrl(base, path, listParams(filters, fixed, page)), PAGE), [key]);
  useEffect(() => () => list.close(), [list]);
  const chart = useJson<ActivityChart>(full ? apiUrl(base, ['chart'], new URLSearchParams([...filters, ['buckets', '60']])) : null);
  const tail = useTail({ base, list, filters, live: full && route.value.has('live') });
  const modelName = route.value.get('model');
  const model = models.find(({ name, default: usual }) => (modelName === null ? usual : name === modelName));
  const all = columnsOf(model);
  const shownModel = model?.name ?? 'default';
  const columns = useMemo(() => chosenColumns(all, route.value.get('cols'), columnsByModel.value[shownModel]), [shownModel, models, route.value.get('cols'), columnsByModel.value]);
  return (
    <>
      {children}
      <div class="toolbar">
        {full && <SearchBox />}
        {full && <QuickFilters models={models} />}
        {full && <FilterSheet model={model} items={list.items.value} fixed={fixed} />}
        <span class="spring" />
        {full && <LiveButton ended={tail.ended} />}
        <ColumnsMenu model={shownModel} all={all} chosen={columns} />
        <SavedViewsMenu />
        {full && <ExportMenu filters={filters} />}
        <CopyLink />
      </div>
      {full && <FilterChips fixed={fixed} />}
      {chart.value !== null && chart.value.buckets.length > 0 && <Chart chart={chart.value} />}
      {tail.waiting.value.length > 0 && <button type="button" class="waiting" onClick={() => { scrollTo(0, 0); tail.show(); }}>{tail.waiting.value.length} new</button>}
      <Listing list={list} columns={columns} fresh={tail.fresh} />
      <OpenActivity list={list} />
    </>
  );
}

/** What a resource is asked for: filters that its path says already are left out. */
function listParams(filters: URLSearchParams, fixed: readonly string[], page: Readonly<Record<string, string>>): URLSearchParams {
  return new URLSearchParams([...[...filters].filter(([name]) => !fixed.includes(name)), ...Object.entries(page)]);
}

type TableProps = Parameters<typeof ActivityTable>[0];

function Listing({ list, columns, fresh }: TableProps): JSX.Element {
  const nothing = list.items.value.length === 0;
  const state = list.state.value;
  if (nothing && state === 'loading') return <LoadingNotice what="activities" />;
  if (nothing && state === 'problem' && list.problem.value !== null) return <ProblemNotice problem={list.problem.value} retry={() => void list.retry()} />;
  if (nothing && state === 'end') {
    return (
      <EmptyNotice title="No activities here">
        <p>{filterText.value === '' ? 'Nothing has been recorded yet.' : 'No record passes these filters. Widen the time, or take a filter out.'}</p>
      </EmptyNotice>
    );
  }
  return <><ActivityTable list={list} columns={columns} fresh={fresh} /><ListFoot list={list} /></>;
}

/** The activity that the address names, beside its list. */
export function OpenActivity({ list }: { readonly list: ActivityList }): JSX.Element | null {
  const id = openId.value;
  if (id === null) return null;
  const items = list.items.value;
  const index = items.findIndex((item) => item.id === id);
  const step = (by: 1 | -1): void => {
    const item = items[index + by];
    if (item !== undefined) change({ open: item.id }, { replace: true });
  };
  return <DetailPanel id={id} known={items[index]} step={index < 0 ? undefined : step} />;
}
