import type { JSX } from 'preact';
import type { ActivityItem } from '@deedlog/core';
import { ActorChain } from '../show/actor-name.tsx';
import { useFrame } from '../show/frame.tsx';
import { Link } from '../show/link.tsx';
import { Moment } from '../show/moment.tsx';
import { ObjectName } from '../show/object-name.tsx';
import { OutcomeMark } from '../show/outcome-mark.tsx';
import { PlainText, plainText } from '../show/plain-text.tsx';
import { ChangedFields } from './changed-fields.tsx';
import { EffectList } from './effect-list.tsx';
import { Facts, StoredFacts } from './facts.tsx';

/** Everything that one record holds. */
export function ActivityDetail({ item }: { readonly item: ActivityItem }): JSX.Element {
  return (
    <>
      <header class="headline">
        <p class="action"><code><PlainText text={item.action} limit={120} /></code></p>
        {item.message !== null && <p class="message"><PlainText text={item.message} limit={600} canGrow /></p>}
        <p><OutcomeMark outcome={item.outcome} code={item.outcomeCode} /> {item.unexplained && <span class="tag warn">unexplained effect</span>}</p>
      </header>
      <Who item={item} />
      {item.changes.length > 0 && <section><h3>Changes</h3><ChangedFields changes={item.changes} caption="Changed fields" /></section>}
      {item.effects.length > 0 && <section><h3>Effects <span class="quiet">rows that the database saw change</span></h3><EffectList item={item} /></section>}
      <StoredFacts title={`Columns of ${plainText(item.model, 60)}`} values={item.columns} />
      <StoredFacts title="Input" values={item.input} />
      <StoredFacts title="Metadata" values={item.metadata} />
      <StoredFacts title="Context" values={item.context as Readonly<Record<string, unknown>>} />
      <Origin item={item} />
    </>
  );
}

function Who({ item }: { readonly item: ActivityItem }): JSX.Element {
  return (
    <Facts
      facts={[
        ['When', <Moment iso={item.timestamp} ago />],
        ['Who', <ActorChain item={item} />],
        ['Object', item.objectType === null ? null : <ObjectName type={item.objectType} id={item.objectId} label={item.objectLabel} />],
        ['Related', item.related.length === 0 ? null : (
          <ul class="plain">
            {item.related.map(({ role, type, id, label }, index) => <li key={index}><span class="quiet"><PlainText text={role} limit={40} /></span> <ObjectName type={type} id={id} label={label} /></li>)}
          </ul>
        )],
        ['Reason', item.reason === null ? null : <PlainText text={item.reason} limit={600} canGrow />],
        ['Tool', item.tool === null ? null : <PlainText text={item.tool} />],
        ['Tenant', item.tenant === null ? null : <PlainText text={item.tenant} />],
      ]}
    />
  );
}

function Origin({ item }: { readonly item: ActivityItem }): JSX.Element {
  const { href } = useFrame();
  return (
    <section>
      <h3>Record</h3>
      <Facts
        facts={[
          ['Id', <code><PlainText text={item.id} /></code>],
          ['Recorded', <Moment iso={item.recordedAt} />],
          ['Observer', <PlainText text={item.observer} />],
          ['Source', <PlainText text={item.source} />],
          ['Model', <PlainText text={item.model} />],
          ['Same flow', item.correlationId === null ? null : <Link href={href({ view: 'timeline', correlation: item.correlationId })}><PlainText text={item.correlationId} /></Link>],
          ['Caused by', item.causationId === null ? null : <Link href={href({ open: item.causationId })}><PlainText text={item.causationId} /></Link>],
        ]}
      />
    </section>
  );
}
