import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

const testRequire = createRequire(new URL('../package.json', import.meta.url));

/**
 * The tests of this folder with one copy of graphql: that of `dependency`, for the tests, for @deedlog/envelop and for every
 * library that imports graphql. Two copies make `instanceof GraphQLError` fail and break error masking.
 */
export function configFor(dependency: 'graphql' | 'graphql16', major: 16 | 17): ViteUserConfig {
  return defineConfig({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    resolve: { alias: [{ find: /^graphql$/, replacement: testRequire.resolve(dependency) }] },
    test: {
      name: `graphql ${major}`,
      include: ['test/envelop/**/*.test.ts'],
      env: { GRAPHQL_MAJOR: String(major) },
      // What is not inlined is imported by Node and would miss the alias.
      server: { deps: { inline: [/graphql-yoga/, /@graphql-yoga\//, /graphql-request/, /@envelop\//, /@graphql-tools\//] } },
      setupFiles: ['test/support/property-seed.ts'],
      testTimeout: 30_000,
      allowOnly: false,
    },
  });
}
