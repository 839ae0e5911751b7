import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { historyElementScript, viewerPage } from '@deedlog/viewer';
import { describe, expect, test } from 'vitest';
import { root } from '../house/support/root.ts';

const { html, headers } = viewerPage({ base: '/audit' });

/** Text between two markers, the first and the last of their kind. */
function inside(tag: string): string {
  return html.slice(html.indexOf(`<${tag}>`) + tag.length + 2, html.lastIndexOf(`</${tag}>`));
}

describe('viewerPage', () => {
  test('is at most 40 kB compressed, script, style and all', () => {
    const size = gzipSync(html, { level: 9 }).length;
    console.log(`viewer page: ${size} bytes compressed`);
    expect(size).toBeLessThan(40_000);
    expect(size).toBeGreaterThan(5000);
  });

  test('allows this script and this style by their hashes, and nothing else', () => {
    const policy = headers['content-security-policy'] ?? '';
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toContain(`script-src ${hash(inside('script'))};`);
    expect(policy).toContain(`style-src ${hash(inside('style'))};`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  test('has one script and one style, and names no other host', () => {
    expect(html.match(/<script\b/g)).toHaveLength(1);
    expect(html.match(/<style\b/g)).toHaveLength(1);
    expect(html).not.toMatch(/\b(src|href)="(?!data:)/);
    // The names of namespaces are no addresses.
    const addresses = [...html.matchAll(/https?:\/\/[^\s"'`]+/g)].map(([address]) => address).filter((address) => !address.startsWith('http://www.w3.org/'));
    expect(addresses).toEqual([]);
  });

  test('takes base and title as text', () => {
    const hostile = viewerPage({ base: '/a"><script>alert(1)</script>/', title: '</title><img src=x onerror=alert(1)>' }).html;
    expect(hostile.match(/<script\b/g)).toHaveLength(1);
    expect(hostile).not.toContain('<img');
    expect(hostile).toContain('data-base="/a&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  });
});

describe('historyElementScript', () => {
  test('is a script of its own, small', () => {
    const { script, headers: sent } = historyElementScript();
    expect(sent['content-type']).toContain('javascript');
    expect(script).toContain('deedlog-history');
    expect(gzipSync(script, { level: 9 }).length).toBeLessThan(20_000);
  });
});

test('what is committed is what page/ gives', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'packages/viewer/generate.ts'), '--check'], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
