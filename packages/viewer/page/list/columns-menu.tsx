import type { JSX } from 'preact';
import { Menu } from '../shell/menu.tsx';
import { columnsByModel, utc } from '../state/preferences.ts';
import { change } from '../state/route.ts';
import type { Column } from './table-columns.tsx';

interface ColumnsMenuProps {
  readonly model: string;
  readonly all: readonly Column[];
  readonly chosen: readonly Column[];
}

/** Which columns the table of a model has. Kept in this browser, and in the address, so that a shared link shows the same. */
export function ColumnsMenu({ model, all, chosen }: ColumnsMenuProps): JSX.Element {
  const names = new Set(chosen.map(({ name }) => name));
  const toggle = (name: string): void => {
    const next = all.map((column) => column.name).filter((each) => (each === name ? !names.has(each) : names.has(each)));
    if (next.length === 0) return;
    columnsByModel.value = { ...columnsByModel.value, [model]: next };
    change({ cols: next.join(',') }, { replace: true });
  };
  const reset = (): void => {
    columnsByModel.value = Object.fromEntries(Object.entries(columnsByModel.value).filter(([name]) => name !== model));
    change({ cols: null }, { replace: true });
  };
  return (
    <Menu title="Columns" icon="columns">
      <fieldset class="choices"><legend>Columns of {model}</legend>
        {all.map(({ name, title }) => <label key={name} class="check"><input type="checkbox" checked={names.has(name)} onChange={() => toggle(name)} /> {title}</label>)}
      </fieldset>
      <label class="check"><input type="checkbox" checked={utc.value} onChange={() => { utc.value = !utc.value; }} /> Times in UTC</label>
      <button type="button" class="link" onClick={reset}>Usual columns</button>
    </Menu>
  );
}
