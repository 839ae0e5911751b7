import type { ComponentChildren, JSX } from 'preact';
import { PlainText } from '../show/plain-text.tsx';
import { StoredValue } from '../show/stored-value.tsx';

/** Names with their values; those without one are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ComponentChildren])[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}

/** A stored object, name by name; null where it has none. */
export function StoredFacts({ title, values }: { readonly title: string; readonly values: Readonly<Record<string, unknown>> | null }): JSX.Element | null {
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <dl class="facts stored">
        {entries.slice(0, 200).map(([name, value]) => (
          <div key={name}><dt><PlainText text={name} limit={80} /></dt><dd><StoredValue value={value} /></dd></div>
        ))}
      </dl>
    </section>
  );
}
