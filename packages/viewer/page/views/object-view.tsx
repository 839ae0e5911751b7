import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { changedNames } from '../detail/changed-fields.tsx';
import { useFrame } from '../show/frame.tsx';
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../show/notice.tsx';
import { PlainText, plainText } from '../show/plain-text.tsx';
import { CopyLink } from '../shell/copy-link.tsx';
import { change, hrefWith, route } from '../state/route.ts';
import { activityList } from '../wire/activity-list.ts';
import type { ActivityList } from '../wire/activity-list.ts';
import { apiUrl } from '../wire/get-json.ts';
import { HistoryEntry } from './history-entry.tsx';
import { ListFoot } from './list-foot.tsx';
import { OpenActivity } from './list-view.tsx';

const PAGE = 100;
/** Activities that are fetched to look for a field before the reader has to ask for more. */
const SEARCHED = 2000;

/** The whole history of one object, newest first. A field can be picked, to see who changed it and when. */
export function ObjectView(): JSX.Element {
  const { base } = useFrame();
  const type = route.value.get('type') ?? '';
  const id = route.value.get('id') ?? '';
  const field = route.value.get('field');
  const list = useMemo(() => activityList((page) => apiUrl(base, ['objects', type, id], new URLSearchParams(page)), PAGE), [base, type, id]);
  useEffect(() => () => list.close(), [list]);
  const items = list.items.value;
  useEffect(() => {
    if (field !== null && items.length < SEARCHED) void list.more();
  }, [field, items.length, list.state.value]);
  const label = items.find((item) => item.objectType === type && item.objectId === id && item.objectLabel !== null)?.objectLabel ?? null;
  return (
    <>
      <div class="page-head">
        <div>
          <p class="quiet"><PlainText text={type} limit={80} /></p>
          <h2><PlainText text={label ?? `#${id}`} limit={120} /></h2>
          {label !== null && <p class="quiet"><code><PlainText text={id} limit={120} /></code></p>}
        </div>
        <span class="spring" />
        <FieldPicker list={list} field={field} />
        <CopyLink />
      </div>
      <Entries list={list} field={field} type={type} id={id} />
      <OpenActivity list={list} />
    </>
  );
}

function FieldPicker({ list, field }: { readonly list: ActivityList; readonly field: string | null }): JSX.Element {
  const names = [...new Set([...list.items.value.flatMap(changedNames), ...(field === null ? [] : [field])])].toSorted();
  return (
    <label class="pick">Field
      <select value={field ?? ''} onChange={({ currentTarget }) => change({ field: currentTarget.value || null })}>
        <option value="">all fields</option>
        {names.slice(0, 500).map((name) => <option key={name} value={name} selected={name === field}>{plainText(name, 80)}</option>)}
      </select>
    </label>
  );
}

interface EntriesProps {
  readonly list: ActivityList;
  readonly field: string | null;
  readonly type: string;
  readonly id: string;
}

function Entries({ list, field, type, id }: EntriesProps): JSX.Element {
  const items = list.items.value;
  const state = list.state.value;
  if (items.length === 0 && state === 'loading') return <LoadingNotice what="the history" />;
  if (items.length === 0 && list.problem.value !== null) return <ProblemNotice problem={list.problem.value} retry={() => void list.retry()} />;
  if (items.length === 0) return <EmptyNotice title="No history"><p>Nothing that happened to this object is recorded.</p></EmptyNotice>;
  const shown = field === null ? items : items.filter((item) => changedNames(item).includes(field));
  return (
    <>
      {field !== null && <p class="note" role="status"><PlainText text={field} limit={80} /> changed {shown.length === 1 ? 'once' : `${shown.length} times`} in the {items.length.toLocaleString()} activities looked at.</p>}
      <ol class="history">
        {shown.map((item) => <HistoryEntry key={item.id} item={item} field={field} withObject={item.objectType !== type || item.objectId !== id} href={hrefWith({ open: item.id })} />)}
      </ol>
      <ListFoot list={list} />
    </>
  );
}
