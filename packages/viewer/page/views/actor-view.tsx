import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { ActivityPage, ActorItem, ModelItem } from '@deedlog/core';
import { ActorBadge, actorText } from '../show/actor-name.tsx';
import { useFrame } from '../show/frame.tsx';
import { Link } from '../show/link.tsx';
import { PlainText } from '../show/plain-text.tsx';
import { hrefWith, route } from '../state/route.ts';
import { apiUrl } from '../wire/get-json.ts';
import { useJson } from '../wire/use-json.ts';
import { ListView } from './list-view.tsx';

/** Everything that one actor did; or, about a person, who read or changed what. */
export function ActorView({ models }: { readonly models: readonly ModelItem[] }): JSX.Element {
  const { base } = useFrame();
  const id = route.value.get('actor') ?? '';
  const access = route.value.get('tab') === 'access';
  const latest = useJson<ActivityPage>(apiUrl(base, ['actors', id], new URLSearchParams({ limit: '1' })));
  const actor = useSignal<ActorItem | null>(null);
  useEffect(() => {
    actor.value = latest.value?.results[0]?.actor ?? null;
  }, [latest.value]);
  const shown: ActorItem = actor.value?.id === id ? actor.value : { kind: 'user', id, label: null };
  return (
    <ListView
      key={access ? 'access' : 'acted'}
      models={models}
      path={access ? ['access', id] : ['actors', id]}
      fixed={['actor', 'actorKind']}
      full={!access}
    >
      <div class="page-head">
        <ActorBadge actor={shown} />
        <div>
          <h2><PlainText text={actorText(shown)} limit={120} /></h2>
          <p class="quiet">{shown.kind} <code><PlainText text={id} limit={120} /></code></p>
        </div>
        <nav class="tabs" aria-label="Actor">
          <Link href={hrefWith({ tab: null, open: null })} current={!access}>Acted</Link>
          <Link href={hrefWith({ tab: 'access', open: null })} current={access}>Access log <span class="unseen">of this person’s data</span></Link>
        </nav>
      </div>
    </ListView>
  );
}
