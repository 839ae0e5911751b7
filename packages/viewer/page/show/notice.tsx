import type { ComponentChildren, JSX } from 'preact';
import type { Problem } from '../wire/problem.ts';
import { Icon } from './icon.tsx';
import { PlainText } from './plain-text.tsx';

/** What went wrong, with its code and what to do. */
export function ProblemNotice({ problem, retry }: { readonly problem: Problem; readonly retry?: () => void }): JSX.Element {
  return (
    <div class="notice problem" role="alert">
      <Icon name="warning" />
      <div>
        <p><strong><PlainText text={problem.message} limit={400} /></strong></p>
        {problem.remedy !== null && <p><PlainText text={problem.remedy} limit={400} /></p>}
        {problem.code !== null && <p class="quiet"><code><PlainText text={problem.code} /></code></p>}
        {retry !== undefined && <button type="button" onClick={retry}>Try again</button>}
      </div>
    </div>
  );
}

/** Nothing to show, and what could be done about it. */
export function EmptyNotice({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return <div class="notice empty" role="status"><p><strong>{title}</strong></p>{children}</div>;
}

/** Says that something is on its way, to eyes and to screen readers. */
export function LoadingNotice({ what }: { readonly what: string }): JSX.Element {
  return <div class="notice loading" role="status"><span class="spinner" aria-hidden="true" /> Loading {what}…</div>;
}
