import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startVitest } from 'vitest/node';

const program = `
import { createDeedlog, memoryStore, userActor } from '@deedlog/core';
import { useSecretCanary } from '@deedlog/testkit/vitest';
import { test } from 'vitest';
const canary = useSecretCanary();
const deedlog = createDeedlog({ store: canary.watch(memoryStore()), actor: () => userActor('7') });
const record = (metadata) => deedlog.run({ actor: userActor('7') }, () => deedlog.trackActivity({ action: 'user.create', metadata }));
test('clean', () => record({ password: canary.secret('password') }));
test('leaking', () => record({ note: canary.secret('password') }));
test('clean again', () => record({ note: 'fine' }));
`;

test('useSecretCanary fails the very test in which a secret reached the log', async () => {
  // The run below sets it, because one of its tests fails.
  const { exitCode } = process;
  const folder = mkdtempSync(join(import.meta.dirname, 'sample-'));
  try {
    writeFileSync(join(folder, 'sample.test.ts'), program);
    const run = await startVitest('test', [], { root: folder, config: false, watch: false, reporters: [{}], include: ['sample.test.ts'] });
    const tests = [...(run.state.getTestModules()[0]?.children.allTests() ?? [])];
    const results = tests.map((each) => [each.name, each.result().state, each.result().errors?.map(({ message }) => message).join()]);
    await run.close();
    expect(results).toEqual([
      ['clean', 'passed', undefined],
      ['leaking', 'failed', expect.stringMatching(/^TESTKIT_SECRET_LEAKED: .*"password" in record 1 \(user\.create .* at metadata\.note/)],
      ['clean again', 'passed', undefined],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
    process.exitCode = exitCode;
  }
});
