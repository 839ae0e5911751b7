import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { useFrame } from '../show/frame.tsx';
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../show/notice.tsx';
import { HistoryEntry } from '../views/history-entry.tsx';
import { activityList } from '../wire/activity-list.ts';
import { apiUrl } from '../wire/get-json.ts';

interface ElementHistoryProps {
  readonly type: string;
  readonly id: string;
  readonly limit: number;
}

/** The history of one object, newest first, with a button for what is older. */
export function ElementHistory({ type, id, limit }: ElementHistoryProps): JSX.Element {
  const { base, href } = useFrame();
  const list = useMemo(() => activityList((page) => apiUrl(base, ['objects', type, id], new URLSearchParams(page)), limit), [base, type, id, limit]);
  useEffect(() => () => list.close(), [list]);
  const items = list.items.value;
  const state = list.state.value;
  return (
    <section aria-label="History" aria-busy={state === 'loading'}>
      <ol class="history">
        {items.map((item) => <HistoryEntry key={item.id} item={item} withObject={item.objectType !== type || item.objectId !== id} href={href({ view: 'object', type, id, open: item.id })} />)}
      </ol>
      {state === 'loading' && <LoadingNotice what="history" />}
      {state === 'problem' && list.problem.value !== null && <ProblemNotice problem={list.problem.value} retry={() => void list.retry()} />}
      {state === 'end' && items.length === 0 && <EmptyNotice title="No history" />}
      {state === 'ready' && items.length > 0 && <button type="button" onClick={() => void list.more()}>Show older</button>}
    </section>
  );
}
