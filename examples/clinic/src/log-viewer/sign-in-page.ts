import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 90vh; margin: 1rem; }
form { display: grid; gap: .75rem; width: min(20rem, 100%); }
h1 { font-size: 1.25rem; margin: 0; }
label { display: grid; gap: .25rem; }
input, button { font: inherit; padding: .5rem; border-radius: .375rem; border: 1px solid #8889; }
button { cursor: pointer; }
.problem { color: light-dark(#a40e26, #ff8a94); margin: 0; }
`;

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Nothing but its own style and form works in the page, and nobody keeps it. */
export const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

interface SignInPage {
  /** Who is signed in already. */
  readonly name?: string | undefined;
  readonly problem?: string;
  /** The query of the address, with its question mark; empty where there is none. */
  readonly search: string;
}

/** A form without a script. What is put into it is escaped. */
export function signInPage({ name, problem, search }: SignInPage): ReturnType<typeof html> {
  const form = name === undefined ? signInForm(problem, search) : signOutForm(name, search);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clinic audit: sign in</title>
<style>${raw(STYLE)}</style>
</head>
<body>${form}</body>
</html>
`;
}

function signInForm(problem: string | undefined, search: string): ReturnType<typeof html> {
  return html`<form method="post" action="/audit/sign-in${search}">
<h1>Clinic audit</h1>
${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
<label>E-mail address<input name="email" type="email" autocomplete="username" required autofocus></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>`;
}

function signOutForm(name: string, search: string): ReturnType<typeof html> {
  return html`<form method="post" action="/audit/sign-out">
<h1>Clinic audit</h1>
<p>You are signed in as ${name}. <a href="/audit${search}">Open the log</a></p>
<button>Sign out</button>
</form>`;
}
