import { createContext } from 'preact';
import type { Context } from 'preact';
import { useContext } from 'preact/hooks';
import type { Base } from '../wire/get-json.ts';

/** What components need to know about where they are shown: in the viewer's page, or in an element on a page of the team. */
export interface Frame {
  readonly base: Base;
  /** The viewer's page for these parts of an address. */
  readonly href: (parts: Readonly<Record<string, string>>) => string;
  /** Follows a link without loading the page anew; absent where the browser has to load it. */
  readonly go?: (href: string) => void;
  /** Times in UTC. */
  readonly utc: boolean;
}

export const FrameContext: Context<Frame> = createContext<Frame>({ base: '', href: () => '#', utc: false });

export function useFrame(): Frame {
  return useContext(FrameContext);
}
