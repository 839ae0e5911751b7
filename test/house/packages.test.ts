import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readManifest, readPackages } from './support/packages.ts';
import { root } from './support/root.ts';

const tested = readManifest('test').devDependencies ?? {};

describe.each(readPackages())('packages/$folder', ({ folder, manifest }) => {
  test('has tests of its own, which import it by its name', () => {
    const tests = join(root, 'test', folder);
    const files = existsSync(tests) ? readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')) : [];
    expect(files.some((file) => file.endsWith('.test.ts'))).toBe(true);
    expect(files.some((file) => readFileSync(join(tests, file), 'utf8').includes(`'${manifest.name}`))).toBe(true);
    expect(tested).toHaveProperty([manifest.name]);
  });

  test('is named after its folder, in its page too', () => {
    // The command line has the name that people type.
    expect(manifest.name).toBe(folder === 'cli' ? 'deedlog' : `@deedlog/${folder}`);
    expect(readFileSync(join(root, 'packages', folder, 'README.md'), 'utf8')).toMatch(new RegExp(`^# ${manifest.name}\n`));
  });

  test('says what every package says', () => {
    expect(manifest).toMatchObject({
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      description: expect.stringMatching(/\.$/) as string,
      engines: { node: '>=22.17' },
      repository: { type: 'git', url: 'git+https://github.com/deedlog/deedlog.git', directory: `packages/${folder}` },
      publishConfig: { access: 'public' },
    });
  });
});
