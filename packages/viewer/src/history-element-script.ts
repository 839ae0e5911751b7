import { HISTORY_ELEMENT_SCRIPT } from './history-element.generated.ts';

/** A script to answer with. */
export interface HistoryElementScript {
  readonly script: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The script that defines `<deedlog-history type="Invoice" id="42" src="/audit">`, the history of one object in a page of your own. It holds no
 * data and reads `<src>/api/objects/…` with the cookies of the page. Its styles are adopted style sheets, which no `style-src` has to allow.
 */
export function historyElementScript(): HistoryElementScript {
  return {
    script: HISTORY_ELEMENT_SCRIPT,
    headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' },
  };
}
