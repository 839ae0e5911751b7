import type { JSX } from 'preact';
import { useFrame } from './frame.tsx';
import { Link } from './link.tsx';
import { PlainText, plainText } from './plain-text.tsx';

interface ObjectNameProps {
  readonly type: string | null;
  readonly id: string | null;
  readonly label: string | null;
  readonly tabIndex?: number;
}

/** What was acted on, with a link to its whole history. */
export function ObjectName({ type, id, label, tabIndex }: ObjectNameProps): JSX.Element {
  const { href } = useFrame();
  if (type === null || type === '') return <span class="quiet">—</span>;
  const name = (
    <>
      <span class="kind"><PlainText text={type} limit={60} /></span> <PlainText text={label ?? (id === null ? '' : `#${id}`)} limit={120} />
    </>
  );
  if (id === null || id === '') return <span class="object">{name}</span>;
  return <Link class="object" href={href({ view: 'object', type, id })} title={plainText(`${type} ${id}`, 160)} {...(tabIndex === undefined ? {} : { tabIndex })}>{name}</Link>;
}
