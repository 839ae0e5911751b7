import { render } from 'preact';
import type { Frame } from '../show/frame.tsx';
import { FrameContext } from '../show/frame.tsx';
import { ElementHistory } from './element-history.tsx';

declare const ELEMENT_STYLE: string;

/**
 * `<deedlog-history type="Invoice" id="42" src="/audit">`: the history of one object, inside a page of the team. `src` is the path of the
 * handler; `limit` the activities of one request (default 20).
 */
class DeedlogHistory extends HTMLElement {
  static readonly observedAttributes = ['type', 'id', 'src', 'limit'];
  readonly #root = this.attachShadow({ mode: 'open' });

  connectedCallback(): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(ELEMENT_STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    this.#draw();
  }

  disconnectedCallback(): void {
    render(null, this.#root);
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#draw();
  }

  #draw(): void {
    const base = (this.getAttribute('src') ?? '/audit').replace(/\/+$/, '');
    const frame: Frame = { base, href: (parts) => `${base}/?${new URLSearchParams(parts).toString()}`, utc: false };
    const limit = Math.min(200, Math.max(1, Math.trunc(Number(this.getAttribute('limit') ?? '20')) || 20));
    render(
      <FrameContext.Provider value={frame}>
        <ElementHistory type={this.getAttribute('type') ?? ''} id={this.getAttribute('id') ?? ''} limit={limit} />
      </FrameContext.Provider>,
      this.#root,
    );
  }
}

if (customElements.get('deedlog-history') === undefined) customElements.define('deedlog-history', DeedlogHistory);
