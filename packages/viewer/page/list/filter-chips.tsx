import type { JSX } from 'preact';
import { useFrame } from '../show/frame.tsx';
import { Icon } from '../show/icon.tsx';
import { dateAndTime } from '../show/moment.tsx';
import { PlainText, plainText } from '../show/plain-text.tsx';
import { change, filterText } from '../state/route.ts';
import { LAST } from '../state/request-filters.ts';
import { filterTitle } from './filter-fields.ts';

/** The filters that are set, each with a button that takes it out. `fixed` ones belong to the page and stay. */
export function FilterChips({ fixed = [] }: { readonly fixed?: readonly string[] }): JSX.Element | null {
  const { utc } = useFrame();
  const chips = [...new URLSearchParams(filterText.value)].filter(([name]) => !fixed.includes(name));
  if (chips.length === 0) return null;
  const shown = (name: string, value: string): string => {
    if (name === 'from' || name === 'until') return dateAndTime(value, utc).join(' ');
    return name === 'last' ? (LAST[value]?.[0] ?? value) : value;
  };
  return (
    <ul class="chips" aria-label="Filters that are set">
      {chips.map(([name, value]) => (
        <li key={name}>
          <span class="quiet">{plainText(filterTitle(name))}</span> <PlainText text={shown(name, value)} limit={60} />
          <button type="button" class="plain" aria-label={`Remove filter ${plainText(filterTitle(name))}`} onClick={() => change({ [name]: null, open: null })}><Icon name="close" /></button>
        </li>
      ))}
      <li class="bare"><button type="button" class="link" onClick={() => change(Object.fromEntries(chips.map(([name]) => [name, null])))}>Clear all</button></li>
    </ul>
  );
}
