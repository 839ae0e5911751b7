import type { JSX } from 'preact';
import { Icon } from '../show/icon.tsx';
import { Link } from '../show/link.tsx';
import { PlainText, plainText } from '../show/plain-text.tsx';
import { Menu } from '../shell/menu.tsx';
import { savedViews } from '../state/preferences.ts';
import { route } from '../state/route.ts';

/** Addresses under names, kept in this browser. */
export function SavedViewsMenu(): JSX.Element {
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get('name') ?? '').trim();
    if (name === '') return;
    const params = new URLSearchParams(route.value);
    params.delete('open');
    savedViews.value = [...savedViews.value.filter((each) => each.name !== name), { name, search: params.toString() }];
    form.reset();
  };
  const remove = (name: string): void => {
    savedViews.value = savedViews.value.filter((each) => each.name !== name);
  };
  return (
    <Menu title="Views" icon="star">
      {savedViews.value.length === 0 && <p class="quiet">No saved views yet.</p>}
      <ul class="plain views">
        {savedViews.value.map(({ name, search }) => (
          <li key={name}>
            <Link class="item" href={`?${search}`}><PlainText text={name} limit={60} /></Link>
            <button type="button" class="plain" aria-label={`Delete view ${plainText(name)}`} onClick={() => remove(name)}><Icon name="close" /></button>
          </li>
        ))}
      </ul>
      <form class="save" onSubmit={save}>
        <label><span class="unseen">Name of the view</span><input name="name" maxLength={60} placeholder="Name this view" autocomplete="off" /></label>
        <button type="submit">Save</button>
      </form>
    </Menu>
  );
}
