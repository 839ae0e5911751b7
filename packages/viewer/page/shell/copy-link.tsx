import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../show/icon.tsx';

/** Copies the address: it is the whole state of the page. */
export function CopyLink(): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      // Without https or leave there is no clipboard; the address bar has the link too.
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button type="button" onClick={() => void copy()} aria-label="Copy link" title="Copy a link to what you see">
      <Icon name={copied ? 'success' : 'link'} /><span role="status">{copied && 'Copied'}</span>
    </button>
  );
}
