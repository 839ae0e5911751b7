import type { JSX } from 'preact';
import type { ActivityItem, EffectItem } from '@deedlog/core';
import { PlainText, plainText } from '../show/plain-text.tsx';
import { ChangedFields } from './changed-fields.tsx';

const OPS: Readonly<Record<EffectItem['op'], string>> = { I: 'insert', U: 'update', D: 'delete', T: 'truncate', S: 'suppressed' };

/** Effects that are drawn with their changes. */
const MOST = 50;

/** What the database saw: each row with its old and new values. */
export function EffectList({ item }: { readonly item: ActivityItem }): JSX.Element {
  return (
    <ul class="effects">
      {item.effects.slice(0, MOST).map((effect) => {
        const changes = Object.entries(effect.changes).map(([field, [old, now]]) => ({ field, old, new: now }));
        return (
          <li key={effect.id}>
            <p class="effect">
              <span class={`op op-${effect.op}`}>{OPS[effect.op]}</span> <PlainText text={effect.table} limit={80} /> <span class="quiet"><PlainText text={effect.key} limit={80} /></span>
            </p>
            {changes.length > 0 && <ChangedFields changes={changes} caption={`Changed fields of ${plainText(effect.table, 80)}`} />}
          </li>
        );
      })}
      {(item.effectsCut || item.effects.length > MOST) && <li class="quiet">More rows were changed than are listed here.</li>}
    </ul>
  );
}
