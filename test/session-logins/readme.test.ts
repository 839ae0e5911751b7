import { execFile, spawn, spawnSync } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readBlocks } from '../house/support/markdown.ts';
import { root } from '../house/support/root.ts';
import { CookieBrowser } from './support/cookie-browser.ts';
import { authJs, betterAuth, passport } from './support/session-libraries.ts';
import type { Library } from './support/session-world.ts';

/** The first line that an example prints. */
const ADDRESS = /^http:\S+$/m;

/** Until a process listens, on a machine that runs other tests, too. */
const START_MS = 20_000;

const COMMAND = /^(?:TOKEN=|curl ).*$/gm;

const hasCurl = spawnSync('curl', ['--version']).status === 0;

const example = join(root, 'examples/session-logins');
const blocks = readBlocks(readFileSync(join(example, 'README.md'), 'utf8'));

const mains: readonly (Library & { readonly main: string })[] = [
  { ...betterAuth, main: 'better-auth' },
  { ...authJs, main: 'auth-js' },
  { ...passport, main: 'passport' },
];

describe('the README', () => {
  const quotes = blocks.filter(({ info }) => info[0] === 'ts');

  test('quotes from each example', () => {
    expect(quotes.map(({ info }) => info[1]?.split('/')[1])).toEqual(['better-auth', 'auth-js', 'passport']);
  });

  test.for(quotes)('quotes line $line as it is in the code', ({ info: [, file = ''], text }) => {
    const code = readFileSync(join(example, file), 'utf8');
    for (const part of text.split('// …\n')) expect(code).toContain(part);
  });

  test('names the scripts that there are', () => {
    const commands = blocks.filter(({ info }) => info[0] === 'sh').flatMap(({ text }) => text.trim().split('\n'));
    const { scripts } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8')) as { scripts: Readonly<Record<string, string>> };
    expect(commands).toEqual(Object.keys(scripts).map((name) => `npx pnpm@12 --filter session-logins run ${name}`));
    expect(scripts).toEqual(Object.fromEntries(mains.map(({ main }) => [main, `node src/${main}/main.ts`])));
  });
});

describe('as a process of its own', () => {
  const ada = { name: 'Ada', email: 'ada@example.com', password: 'correct horse' };
  test.for(mains)('$main serves, prints what it records, and ends on SIGTERM', async (library) => {
    const { child, printed } = start(library.main);
    await vi.waitFor(() => expect(printed()).toMatch(ADDRESS), { timeout: START_MS });
    const [url = ''] = ADDRESS.exec(printed()) ?? [];
    const browser = new CookieBrowser(url);
    if (library.main === 'better-auth') await browser.post('/api/auth/sign-up/email', ada);
    else expect(await library.signIn(browser, ada)).toBe(true);
    await vi.waitFor(() => expect(printed()).toMatch(/ {2}auth\.login {2}success {2}Ada .* 127\.0\.0\.1 {2}session \S{20,}/));
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test.skipIf(!hasCurl).for(mains)('the commands that $main prints show a login, a refused one, an act and a logout', async ({ main }) => {
    const { printed } = start(main);
    await vi.waitFor(() => expect(printed().match(COMMAND)?.length).toBeGreaterThanOrEqual(4), { timeout: START_MS });
    const folder = mkdtempSync(join(tmpdir(), 'session-logins-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const commands = printed().match(COMMAND)!.join('\n').replaceAll('/tmp/jar', join(folder, 'jar'));
    await promisify(execFile)('sh', ['-c', commands]);
    const told = ['auth.login  failure (bad-password)  anonymous', 'auth.login  success  Ada', 'profile.update  success  Ada', 'auth.logout  success  '];
    await vi.waitFor(() => expect(told.filter((act) => !printed().includes(act))).toEqual([]));
  });
});

function start(main: string): { readonly child: ChildProcessByStdio<null, Readable, Readable>; printed(): string } {
  const child = spawn(process.execPath, [join(example, 'src', main, 'main.ts')], { env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  return { child, printed: () => text };
}
