import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ActivityItem } from '@deedlog/core';
import { useFrame } from '../show/frame.tsx';
import { Icon } from '../show/icon.tsx';
import { LoadingNotice, ProblemNotice } from '../show/notice.tsx';
import { bindKeys } from '../state/keyboard.ts';
import { change } from '../state/route.ts';
import { apiUrl } from '../wire/get-json.ts';
import { useJson } from '../wire/use-json.ts';
import { ActivityDetail } from './activity-detail.tsx';

interface DetailPanelProps {
  readonly id: string;
  /** The activity where a list has it already. */
  readonly known: ActivityItem | undefined;
  /** Goes to the neighbour in the list; absent where there is none. */
  readonly step?: ((by: 1 | -1) => void) | undefined;
}

/** One activity beside the list; on a narrow screen above everything. */
export function DetailPanel({ id, known, step }: DetailPanelProps): JSX.Element {
  const { base } = useFrame();
  const loaded = useJson<ActivityItem>(known === undefined ? apiUrl(base, ['activities', id]) : null);
  const item = known ?? (loaded.value?.id === id ? loaded.value : null);
  const heading = useRef<HTMLHeadingElement>(null);
  const panel = useRef<HTMLElement>(null);
  const close = (): void => change({ open: null });
  useEffect(() => bindKeys({ Escape: close }), []);
  useEffect(() => {
    panel.current?.scrollTo(0, 0);
    // Who walks through the list with the keyboard stays in the list.
    if (document.activeElement?.closest('[role=grid]') == null) heading.current?.focus({ preventScroll: true });
  }, [id]);
  return (
    <aside class="panel" ref={panel} aria-label="Activity">
      <div class="panel-bar">
        <h2 ref={heading} tabIndex={-1}>Activity</h2>
        <button type="button" class="plain" onClick={() => step?.(-1)} disabled={step === undefined} aria-label="Newer activity" title="Newer (k)"><Icon name="up" /></button>
        <button type="button" class="plain" onClick={() => step?.(1)} disabled={step === undefined} aria-label="Older activity" title="Older (j)"><Icon name="down" /></button>
        <button type="button" class="plain" onClick={close} aria-label="Close activity" title="Close (Esc)"><Icon name="close" /></button>
      </div>
      {item === null && loaded.problem === null && <LoadingNotice what="activity" />}
      {loaded.problem !== null && <ProblemNotice problem={loaded.problem} retry={loaded.retry} />}
      {item !== null && <ActivityDetail key={item.id} item={item} />}
    </aside>
  );
}
