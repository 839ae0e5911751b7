import type { ComponentChildren, JSX } from 'preact';
import type { ActivityItem, ActorItem } from '@deedlog/core';
import { useFrame } from './frame.tsx';
import { Link } from './link.tsx';
import { PlainText, plainText } from './plain-text.tsx';

/** Colours of the badges; the same actor has the same one everywhere. */
const HUES = 8;

/** What to call an actor. */
export function actorText(actor: ActorItem | null): string {
  if (actor === null) return 'not known';
  return actor.label ?? actor.id ?? actor.kind;
}

/** Initials in a badge: round for a person, square for a system. */
export function ActorBadge({ actor }: { readonly actor: ActorItem | null }): JSX.Element {
  const text = actor?.kind === 'user' ? initials(actorText(actor)) : actor?.kind === 'system' ? '⚙' : '?';
  return <span class={`badge ${actor?.kind ?? 'none'} hue-${hueOf(actor?.id ?? '')}`} aria-hidden="true">{text}</span>;
}

interface ActorNameProps {
  readonly actor: ActorItem | null;
  readonly badge?: boolean;
  readonly tabIndex?: number;
}

/** An actor, with a link to everything that actor did. */
export function ActorName({ actor, badge = true, tabIndex }: ActorNameProps): JSX.Element {
  const { href } = useFrame();
  const name = <PlainText text={actorText(actor)} limit={80} />;
  return (
    <span class="actor">
      {badge && <ActorBadge actor={actor} />}
      {actor?.id == null ? <span class="quiet">{name}</span> : (
        <Link href={href({ view: 'actor', actor: actor.id })} title={`${actor.kind} ${plainText(actor.id, 80)}`} {...(tabIndex === undefined ? {} : { tabIndex })}>{name}</Link>
      )}
    </span>
  );
}

/** Who acted, and for whom. */
export function ActorChain({ item, tabIndex }: { readonly item: ActivityItem; readonly tabIndex?: number }): JSX.Element {
  const index = tabIndex === undefined ? {} : { tabIndex };
  const behind = (item.onBehalfOf ?? []).map((each): ComponentChildren => (
    <span class="behalf">
      {' for '}
      <ActorName actor={each} badge={false} {...index} />
      {each.via != null && <span class="quiet"> (<PlainText text={each.via} limit={40} />)</span>}
    </span>
  ));
  return <span class="chain"><ActorName actor={item.actor} {...index} />{behind}</span>;
}

function initials(text: string): string {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  return words.slice(0, 2).map((word) => String.fromCodePoint(word.codePointAt(0) ?? 63)).join('').toUpperCase() || '?';
}

function hueOf(id: string): number {
  let sum = 7;
  for (const character of id.slice(0, 80)) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}
