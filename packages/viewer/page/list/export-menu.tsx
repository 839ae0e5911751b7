import type { JSX } from 'preact';
import { useFrame } from '../show/frame.tsx';
import { Menu } from '../shell/menu.tsx';
import { apiUrl } from '../wire/get-json.ts';

/** Downloads what the filters hold, all of it. */
export function ExportMenu({ filters }: { readonly filters: URLSearchParams }): JSX.Element {
  const { base } = useFrame();
  const link = (format: 'csv' | 'jsonl', title: string, note: string): JSX.Element => (
    <a class="item" href={apiUrl(base, ['export'], new URLSearchParams([['format', format], ...filters]))} download="">{title} <span class="quiet">{note}</span></a>
  );
  return (
    <Menu title="Export" icon="download">
      {link('csv', 'CSV', 'for a spreadsheet')}
      {link('jsonl', 'JSON Lines', 'complete, one activity a line')}
    </Menu>
  );
}
