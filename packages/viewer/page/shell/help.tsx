import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../show/icon.tsx';
import { bindKeys } from '../state/keyboard.ts';
import { shortcuts } from '../state/preferences.ts';

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['j', 'k'], 'next and previous activity; arrows, Page and Home keys in the table'],
  [['Enter'], 'open the activity'],
  [['Esc'], 'close what is open'],
  [['/'], 'search'],
  [['1', '2', '3'], 'activities, timeline, findings'],
  [['l'], 'live tail on and off'],
  [['d'], 'dark, light, as the system'],
  [['?'], 'this page'],
];

/** The button and the sheet that tell the keys. */
export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = (): void => {
    if (dialog.current?.open === false) dialog.current.showModal();
  };
  useEffect(() => bindKeys({ '?': open }), []);
  return (
    <>
      <button type="button" class="plain" onClick={open} aria-label="Help" title="Keys (?)"><Icon name="unknown" /></button>
      <dialog ref={dialog} aria-labelledby="help-title">
        <form method="dialog">
          <h2 id="help-title">Keys</h2>
          <dl class="keys">{KEYS.map(([keys, does]) => <div key={does}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>)}</dl>
          <p>The chart: drag over it to filter by time, or move its two sliders with the arrow keys and press Enter.</p>
          <p>The address holds everything you see: share it, or save it as a view.</p>
          <label class="check"><input type="checkbox" checked={shortcuts.value} onChange={() => { shortcuts.value = !shortcuts.value; }} /> Single keys do these things</label>
          <button type="submit" class="primary">Close</button>
        </form>
      </dialog>
    </>
  );
}
