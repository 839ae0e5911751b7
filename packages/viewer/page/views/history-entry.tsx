import type { JSX } from 'preact';
import type { ActivityItem } from '@deedlog/core';
import { allChanges, ChangedFields } from '../detail/changed-fields.tsx';
import { ActorBadge, ActorChain } from '../show/actor-name.tsx';
import { Link } from '../show/link.tsx';
import { Moment } from '../show/moment.tsx';
import { ObjectName } from '../show/object-name.tsx';
import { OutcomeMark } from '../show/outcome-mark.tsx';
import { PlainText, plainText } from '../show/plain-text.tsx';

interface HistoryEntryProps {
  readonly item: ActivityItem;
  /** Shows this field only. */
  readonly field?: string | null;
  /** Whether to say what was acted on. */
  readonly withObject?: boolean;
  /** Address that opens the record. */
  readonly href: string;
}

/** One activity in the history of an object: who, when, and what changed, side by side. */
export function HistoryEntry({ item, field = null, withObject = false, href }: HistoryEntryProps): JSX.Element {
  const changes = allChanges(item).filter((each) => field === null || each.field === field);
  return (
    <li class={`entry ${item.outcome}`}>
      <ActorBadge actor={item.actor} />
      <div class="entry-body">
        <p class="entry-head">
          <ActorChain item={item} /> <Link class="what" href={href} label={`Open ${plainText(item.action)}`}><code><PlainText text={item.action} limit={100} /></code></Link>
          {withObject && <ObjectName type={item.objectType} id={item.objectId} label={item.objectLabel} />}
          {item.outcome !== 'success' && <OutcomeMark outcome={item.outcome} code={item.outcomeCode} />}
          <Moment iso={item.timestamp} ago />
        </p>
        {item.message !== null && <p class="message"><PlainText text={item.message} limit={300} /></p>}
        {item.reason !== null && <p class="quiet">Reason: <PlainText text={item.reason} limit={300} /></p>}
        {changes.length > 0 && <ChangedFields changes={changes} caption={`Fields changed by ${plainText(item.action)}`} />}
      </div>
    </li>
  );
}
