import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { ModelItem } from '@deedlog/core';
import { FrameContext } from '../show/frame.tsx';
import type { Frame } from '../show/frame.tsx';
import { Link } from '../show/link.tsx';
import { bindKeys } from '../state/keyboard.ts';
import { theme, utc } from '../state/preferences.ts';
import { go, hrefTo, hrefWith, openId, view } from '../state/route.ts';
import { ActorView } from '../views/actor-view.tsx';
import { FindingsView } from '../views/findings-view.tsx';
import { ListView } from '../views/list-view.tsx';
import { ObjectView } from '../views/object-view.tsx';
import { TimelineView } from '../views/timeline-view.tsx';
import { apiUrl } from '../wire/get-json.ts';
import { useJson } from '../wire/use-json.ts';
import { Help } from './help.tsx';
import { ThemeButton } from './theme-button.tsx';

const TABS = [['activities', 'Activities'], ['timeline', 'Timeline'], ['findings', 'Findings']] as const;
const NO_MODELS: readonly ModelItem[] = [];

interface AppProps {
  readonly base: string;
  readonly title: string;
}

/** The page: its head, and the view that the address names. */
export function App({ base, title }: AppProps): JSX.Element {
  const models = useJson<readonly ModelItem[]>(apiUrl(base, ['models'])).value ?? NO_MODELS;
  const frame = useMemo((): Frame => ({ base, href: (parts) => ('view' in parts ? hrefTo(parts) : hrefWith(parts)), go: (href) => follow(href), utc: utc.value }), [base, utc.value]);
  useEffect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme.value;
  }, [theme.value]);
  useEffect(() => bindKeys(Object.fromEntries(TABS.map(([name], index) => [String(index + 1), () => follow(tabHref(name))]))), []);
  const shown = view.value;
  return (
    <FrameContext.Provider value={frame}>
      <a class="skip" href="#main">Skip to the list</a>
      <header class="bar">
        <h1><Link href={hrefTo({})}>{title}</Link></h1>
        <nav aria-label="Views">{TABS.map(([name, label]) => <Link key={name} href={tabHref(name)} current={shown === name}>{label}</Link>)}</nav>
        <span class="spring" />
        <ThemeButton />
        <Help />
      </header>
      <main id="main" tabIndex={-1} class={openId.value === null ? '' : 'beside'}>
        {shown === 'activities' && <ListView models={models} path={['activities']} />}
        {shown === 'timeline' && <TimelineView models={models} />}
        {shown === 'findings' && <FindingsView />}
        {shown === 'object' && <ObjectView />}
        {shown === 'actor' && <ActorView models={models} />}
      </main>
    </FrameContext.Provider>
  );
}

function tabHref(name: (typeof TABS)[number][0]): string {
  return hrefTo(name === 'activities' ? {} : { view: name });
}

/** Another page begins at its top; another open activity leaves the list where it is. */
function follow(href: string): void {
  const before = view.value;
  go(href);
  if (view.value !== before) scrollTo(0, 0);
}
