import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty directory for reports, outside the workspace. */
export function makeScratch(): string {
  return mkdtempSync(join(tmpdir(), 'deedlog-test-'));
}
