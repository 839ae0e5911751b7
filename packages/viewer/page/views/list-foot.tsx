import type { JSX } from 'preact';
import { ProblemNotice } from '../show/notice.tsx';
import type { ActivityList } from '../wire/activity-list.ts';

/** How much there is, and what is still to come. */
export function ListFoot({ list }: { readonly list: ActivityList }): JSX.Element {
  const shown = list.items.value.length;
  const state = list.state.value;
  // At its end a listing is counted, whatever was estimated before.
  const count = state === 'end' ? shown : list.count.value;
  const exact = state === 'end' || list.countExact.value;
  const all = count === null ? '' : ` of ${exact ? '' : 'about '}${Math.max(count, shown).toLocaleString()}`;
  return (
    <div class="foot">
      <p role="status">{shown.toLocaleString()}{all} {shown === 1 && (count ?? 1) <= 1 ? 'activity' : 'activities'}{state === 'loading' && ', loading more…'}</p>
      {state === 'ready' && <button type="button" onClick={() => void list.more()}>Load more</button>}
      {state === 'problem' && list.problem.value !== null && <ProblemNotice problem={list.problem.value} retry={() => void list.retry()} />}
    </div>
  );
}
