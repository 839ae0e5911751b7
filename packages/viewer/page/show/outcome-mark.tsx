import type { JSX } from 'preact';
import type { ActivityItem } from '@deedlog/core';
import { Icon } from './icon.tsx';
import { PlainText } from './plain-text.tsx';

export type OutcomeName = ActivityItem['outcome'];

/** Every outcome, in the order in which filters and charts have them. */
export const OUTCOMES: readonly OutcomeName[] = ['success', 'failure', 'denied', 'unknown'];

/** How it ended: colour, drawing and word say the same. */
export function OutcomeMark({ outcome, code }: { readonly outcome: OutcomeName; readonly code?: string | null }): JSX.Element {
  const known = OUTCOMES.find((name) => name === outcome) ?? 'unknown';
  return (
    <span class={`outcome ${known}`}>
      <Icon name={known} />
      <span>{known}</span>
      {code != null && code !== '' && <code><PlainText text={code} limit={40} /></code>}
    </span>
  );
}
