import type { JSX } from 'preact';
import type { ActivityItem } from '@deedlog/core';
import { PlainText } from '../show/plain-text.tsx';
import { StoredValue } from '../show/stored-value.tsx';
import type { Treatment } from '../show/stored-value.tsx';

/** One changed field, wherever it was recorded. */
export interface FieldChange {
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
  readonly treatment?: Treatment;
}

/** Changes of an activity, its own and those of its effects. */
export function allChanges(item: ActivityItem): readonly FieldChange[] {
  const ofEffects = item.effects.flatMap(({ changes }) => Object.entries(changes).map(([field, [old, now]]): FieldChange => ({ field, old, new: now })));
  return [...item.changes, ...ofEffects];
}

/** Names of the fields that an activity changed, each once. */
export function changedNames(item: ActivityItem): readonly string[] {
  return [...new Set(allChanges(item).map(({ field }) => field))];
}

/** Rows that are drawn before the reader asks for the rest. */
const MOST = 200;

/** Old and new, side by side. */
export function ChangedFields({ changes, caption }: { readonly changes: readonly FieldChange[]; readonly caption: string }): JSX.Element {
  return (
    <table class="changes">
      <caption class="unseen">{caption}</caption>
      <thead><tr><th scope="col">Field</th><th scope="col">Old</th><th scope="col">New</th></tr></thead>
      <tbody>
        {changes.slice(0, MOST).map(({ field, old, new: now, treatment }, index) => (
          <tr key={index}>
            <th scope="row"><PlainText text={field} limit={120} /></th>
            <td class="old"><StoredValue value={old} treatment={treatment} other={now} /></td>
            <td class="new"><StoredValue value={now} treatment={treatment === 'unknown' ? undefined : treatment} other={old} /></td>
          </tr>
        ))}
        {changes.length > MOST && <tr><td colSpan={3} class="quiet">and {changes.length - MOST} more fields</td></tr>}
      </tbody>
    </table>
  );
}
