import { PAGE_SCRIPT, PAGE_SCRIPT_HASH, PAGE_STYLE, PAGE_STYLE_HASH } from './page.generated.ts';

export interface ViewerPageOptions {
  /** The path under which the handler is mounted, for example `/audit`; the page reads `<base>/api/…`. '' for the root. */
  readonly base: string;
  /** Stands in the head of the page and in the browser's tab. Default `Audit log`. */
  readonly title?: string | undefined;
}

/** A page to answer with. */
export interface ViewerPage {
  readonly html: string;
  /** Send all of them: the Content-Security-Policy is what keeps stored content from ever running. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The policy of the page: this one script and this one style by their hashes, requests to the page's own origin, nothing else. Trusted types
 * keep the script itself from making markup of text.
 */
const POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  `script-src '${PAGE_SCRIPT_HASH}'`,
  `style-src '${PAGE_STYLE_HASH}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' stroke='%233453c4' stroke-width='3'%3E%3Cpath d='M1 3h14M1 8h10M1 13h12'/%3E%3C/svg%3E";

/** The viewer: one page that needs nothing but its handler. It holds no record; the records come from `<base>/api/…`. Pure. */
export function viewerPage({ base, title = 'Audit log' }: ViewerPageOptions): ViewerPage {
  const name = escapeHtml(title);
  const html = `<!doctype html>
<html lang="en" data-base="${escapeHtml(base.replace(/\/+$/, ''))}" data-title="${name}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name}</title>
<link rel="icon" href="${ICON}">
<style>${PAGE_STYLE}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page shows the log with JavaScript. Without it, use the command line or the REST interface.</noscript>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      // Addresses of the page hold ids and filters.
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
  };
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
