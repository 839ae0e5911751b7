import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

/** The pages of the viewer. */
export const VIEWS = ['activities', 'timeline', 'findings', 'object', 'actor'] as const;
export type View = (typeof VIEWS)[number];

/** Filters as the address names them; REST takes the same names. Own columns of a model are `col.<name>`. */
export const FILTERS = [
  'model', 'from', 'until', 'last', 'actor', 'actorKind', 'action', 'targetType', 'targetId', 'tool', 'outcome', 'tenant',
  'observer', 'text', 'correlation', 'request', 'unexplained',
] as const;

/** What changes in the address; null takes a part out. */
export type Patch = Readonly<Record<string, string | null>>;

const search = signal(new URLSearchParams(location.search));

/** The address is the whole state of the page: whoever opens it sees the same. */
export const route: ReadonlySignal<URLSearchParams> = search;

/** The page that is shown. */
export const view: ReadonlySignal<View> = computed(() => VIEWS.find((name) => name === search.value.get('view')) ?? 'activities');

/** Activity that is open beside the list. */
export const openId: ReadonlySignal<string | null> = computed(() => search.value.get('open'));

/** Filters that are set, without the rest of the address. Its text changes only where a filter does. */
export const filterText: ReadonlySignal<string> = computed(() => filtersOf(search.value).toString());

export function isFilter(name: string): boolean {
  return (FILTERS as readonly string[]).includes(name) || name.startsWith('col.');
}

/** The filters among the parts of an address. */
export function filtersOf(params: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...params].filter(([name, value]) => isFilter(name) && value !== ''));
}

/** The address with some parts changed, as the value of an `href`. */
export function hrefWith(patch: Patch): string {
  const params = new URLSearchParams(search.value);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === '') params.delete(name);
    else params.set(name, value);
  }
  return toHref(params);
}

/** A fresh address: nothing of the present one is kept. */
export function hrefTo(parts: Readonly<Record<string, string>>): string {
  return toHref(new URLSearchParams(parts));
}

/** Goes to an address of this page. `replace` leaves no step behind for the back button. */
export function go(href: string, options: { readonly replace?: boolean } = {}): void {
  if (options.replace === true) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  search.value = new URLSearchParams(location.search);
}

/** Changes parts of the address. */
export function change(patch: Patch, options: { readonly replace?: boolean } = {}): void {
  const href = hrefWith(patch);
  if (href !== toHref(search.value)) go(href, options);
}

addEventListener('popstate', () => {
  search.value = new URLSearchParams(location.search);
});

function toHref(params: URLSearchParams): string {
  const query = params.toString();
  return query === '' ? location.pathname : `?${query}`;
}
