import type { JSX } from 'preact';
import type { ActivityItem, ModelItem } from '@deedlog/core';
import { Menu } from '../shell/menu.tsx';
import { change, route } from '../state/route.ts';
import type { Patch } from '../state/route.ts';
import { filterFields } from './filter-fields.ts';
import type { FilterField } from './filter-fields.ts';

interface FilterSheetProps {
  readonly model: ModelItem | undefined;
  /** What is listed now: its values are offered. */
  readonly items: readonly ActivityItem[];
  /** Filters that belong to the page. */
  readonly fixed?: readonly string[];
}

/** Every filter in one form. */
export function FilterSheet({ model, items, fixed = [] }: FilterSheetProps): JSX.Element {
  const fields = filterFields(model).filter(({ name }) => !fixed.includes(name));
  const params = route.value;
  const set = fields.filter(({ name }) => params.has(name)).length + Number(params.has('unexplained'));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const value = (name: string): string | null => String(data.get(name) ?? '').trim() || null;
    const patch: Patch = Object.fromEntries([...fields.map(({ name }) => [name, value(name)]), ['unexplained', value('unexplained')]]);
    change({ ...patch, from: instant(value('from')), until: instant(value('until')), ...(value('from') === null ? {} : { last: null }), open: null });
    form.closest('details')?.removeAttribute('open');
  };
  return (
    <Menu title="Filters" icon="filter" count={set}>
      {/* Another address, other values: the form begins anew. */}
      <form class="filters" key={params.toString()} onSubmit={submit}>
        {fields.map((field) => <Field key={field.name} field={field} value={params.get(field.name) ?? ''} offers={offered(field.name, items)} />)}
        <Field field={{ name: 'from', title: 'Since' }} type="datetime-local" value={localText(params.get('from'))} />
        <Field field={{ name: 'until', title: 'Before' }} type="datetime-local" value={localText(params.get('until'))} />
        <label class="check"><input type="checkbox" name="unexplained" value="1" defaultChecked={params.has('unexplained')} /> Only row changes that no activity explains</label>
        <button type="submit" class="primary">Apply filters</button>
      </form>
    </Menu>
  );
}

interface FieldProps {
  readonly field: FilterField;
  readonly value: string;
  readonly offers?: readonly string[];
  readonly type?: 'text' | 'datetime-local';
}

function Field({ field: { name, title, hint, choices }, value, offers = [], type = 'text' }: FieldProps): JSX.Element {
  if (choices !== undefined) {
    return (
      <label>{title}
        <select name={name} defaultValue={value}>
          <option value="" selected={value === ''}>any</option>
          {choices.map((choice) => <option key={choice} value={choice} selected={choice === value}>{choice}</option>)}
        </select>
      </label>
    );
  }
  const listId = `offers-${name}`;
  return (
    <label>{title}
      <input name={name} type={type} step={type === 'text' ? undefined : 1} defaultValue={value} placeholder={hint} list={offers.length > 0 ? listId : undefined} autocomplete="off" spellcheck={false} />
      {offers.length > 0 && <datalist id={listId}>{offers.map((offer) => <option key={offer} value={offer} />)}</datalist>}
    </label>
  );
}

const READ: Readonly<Record<string, (item: ActivityItem) => string | null>> = {
  action: ({ action }) => action,
  actor: ({ actor }) => actor?.id ?? null,
  targetType: ({ objectType }) => objectType,
  tool: ({ tool }) => tool,
  tenant: ({ tenant }) => tenant,
};

function offered(name: string, items: readonly ActivityItem[]): readonly string[] {
  const read = READ[name];
  if (read === undefined) return [];
  const values = items.slice(0, 500).map(read).filter((value) => value !== null && value.length < 100);
  return [...new Set(values as string[])].toSorted().slice(0, 50);
}

/** The time of an address as the form has it: local, without a zone. */
function localText(iso: string | null): string {
  const at = new Date(iso ?? '');
  return Number.isNaN(at.getTime()) ? '' : new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function instant(local: string | null): string | null {
  const at = new Date(local ?? '');
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
