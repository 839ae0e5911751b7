import type { JSX } from 'preact';
import type { FindingItem } from '@deedlog/core';
import { useFrame } from '../show/frame.tsx';
import { Icon } from '../show/icon.tsx';
import { Link } from '../show/link.tsx';
import { Moment } from '../show/moment.tsx';
import { EmptyNotice, LoadingNotice, ProblemNotice } from '../show/notice.tsx';
import { PlainText, plainText } from '../show/plain-text.tsx';
import { change, hrefWith, openId, route } from '../state/route.ts';
import { apiUrl } from '../wire/get-json.ts';
import { useJson } from '../wire/use-json.ts';
import { DetailPanel } from '../detail/detail-panel.tsx';

const MEANINGS: Readonly<Record<string, string>> = {
  'unexplained-effect': 'A row changed, and no activity says who wanted it.',
  'effectless-activity': 'An activity says that something was done, and no row changed.',
  'broken-continuity': 'An old value is not what the change before it left.',
  'left-live-row': 'The row is not what its last recorded change left.',
};

/** What does not agree between the log and the database. */
export function FindingsView(): JSX.Element {
  const { base } = useFrame();
  const { value, problem, retry } = useJson<{ readonly results: readonly FindingItem[] }>(apiUrl(base, ['findings']));
  const kind = route.value.get('kind');
  const open = openId.value;
  const results = value?.results ?? [];
  const kinds = [...new Set(results.map((finding) => finding.kind))].toSorted();
  const shown = kind === null ? results : results.filter((finding) => finding.kind === kind);
  return (
    <>
      <div class="page-head">
        <div><h2>Findings</h2><p class="quiet">Where the log and the database disagree.</p></div>
        <span class="spring" />
        {kinds.length > 1 && (
          <label class="pick">Kind
            <select value={kind ?? ''} onChange={({ currentTarget }) => change({ kind: currentTarget.value || null })}>
              <option value="">all ({results.length})</option>
              {kinds.map((name) => <option key={name} value={name} selected={name === kind}>{plainText(name, 60)} ({results.filter((finding) => finding.kind === name).length})</option>)}
            </select>
          </label>
        )}
        <button type="button" onClick={retry}>Look again</button>
      </div>
      {value === null && problem === null && <LoadingNotice what="findings" />}
      {problem !== null && <ProblemNotice problem={problem} retry={retry} />}
      {value !== null && shown.length === 0 && <EmptyNotice title="Nothing found"><p>Every recorded change is explained, and rows are as the log says.</p></EmptyNotice>}
      <ul class="findings">{shown.slice(0, 1000).map((finding, index) => <Finding key={index} finding={finding} />)}</ul>
      {shown.length > 1000 && <p class="note">The first 1,000 are shown.</p>}
      {open !== null && <DetailPanel id={open} known={undefined} />}
    </>
  );
}

function Finding({ finding }: { readonly finding: FindingItem }): JSX.Element {
  const { kind, table, key, field, at, databaseUser, transaction, activityId, detail } = finding;
  return (
    <li>
      <Icon name="warning" />
      <div>
        <p class="entry-head">
          <strong><PlainText text={kind} limit={60} /></strong>
          {table !== null && <code><PlainText text={[table, key].filter((part) => part !== null).join(' ')} limit={160} />{field !== null && <> · <PlainText text={field} limit={80} /></>}</code>}
          {at !== null && <Moment iso={at} ago />}
        </p>
        <p>{detail === null ? MEANINGS[kind] : <PlainText text={detail} limit={600} canGrow />}</p>
        <p class="quiet">
          {databaseUser !== null && <>database user <code><PlainText text={databaseUser} limit={80} /></code> </>}
          {transaction !== null && <>transaction <code><PlainText text={transaction} limit={40} /></code> </>}
          {activityId !== null && <Link href={hrefWith({ open: activityId })}>open its activity</Link>}
        </p>
      </div>
    </li>
  );
}
