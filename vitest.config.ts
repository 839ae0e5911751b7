import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

// Resolved from test/, which holds every library under test.
const testRequire = createRequire(new URL('./test/package.json', import.meta.url));

/**
 * The main run: every test folder but `envelop`, which runs once per graphql major
 * (test/envelop/vitest.graphql16.config.ts and vitest.graphql17.config.ts).
 */
export default defineConfig({
  resolve: {
    // One copy of graphql: two copies make `instanceof GraphQLError` fail and break error masking.
    alias: [{ find: /^graphql$/, replacement: testRequire.resolve('graphql') }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/envelop/**'],
    // What is not inlined is imported by Node and would miss the alias.
    server: { deps: { inline: [/graphql-yoga/, /@envelop\//, /@graphql-tools\//] } },
    setupFiles: ['test/support/property-seed.ts'],
    pool: 'forks',
    // By default one core of CI's two would be idle.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A page on a busy machine takes longer than a second.
    expect: { poll: { timeout: 15_000 } },
    // A forgotten `.only` must not turn the suite green.
    allowOnly: false,
  },
});
