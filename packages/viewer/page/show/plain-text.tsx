import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

/** Control characters, and those without a width or that turn the direction: they can make a text look like another one. */
const INVISIBLE = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff])/;

/** Characters of one value that are drawn at once. */
const MOST = 100_000;

interface PlainTextProps {
  readonly text: string;
  /** Characters to show before the rest is cut. Default 200. */
  readonly limit?: number;
  /** Whether the reader can ask for the rest. */
  readonly canGrow?: boolean;
}

/** A text from the log: isolated in its direction, invisible characters made visible, cut where it is long. */
export function PlainText({ text, limit = 200, canGrow = false }: PlainTextProps): JSX.Element {
  if (text.length <= limit) return <bdi>{visible(text)}</bdi>;
  return canGrow ? <GrowingText text={text} limit={limit} /> : <><bdi>{visible(text.slice(0, limit))}</bdi>…</>;
}

function GrowingText({ text, limit }: { readonly text: string; readonly limit: number }): JSX.Element {
  const [whole, setWhole] = useState(false);
  const shown = text.slice(0, whole ? MOST : limit);
  return (
    <>
      <bdi>{visible(shown)}</bdi>
      {shown.length < text.length && (
        <span class="cut">
          {' … '}
          {whole ? <span>first {MOST.toLocaleString()} of {text.length.toLocaleString()} characters</span> : (
            <button type="button" class="link" onClick={() => setWhole(true)}>Show all {text.length.toLocaleString()} characters</button>
          )}
        </span>
      )}
    </>
  );
}

/** The same for where only text can stand: an option, a label, a tooltip. */
export function plainText(text: string, limit = 100): string {
  const shown = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return shown.split(INVISIBLE).map((part, index) => (index % 2 === 0 ? part : codeOf(part))).join('');
}

function visible(text: string): JSX.Element | string | (JSX.Element | string)[] {
  if (!INVISIBLE.test(text)) return text;
  return text.split(INVISIBLE).map((part, index) => (index % 2 === 0 ? part : <span class="invisible" title={`invisible character ${codeOf(part)}`}>{codeOf(part)}</span>));
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
