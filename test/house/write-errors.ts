/** `node test/house/write-errors.ts` writes the table of error codes into the README. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readErrorTables, renderErrors, withErrors } from './support/error-table.ts';
import { root } from './support/root.ts';

writeFileSync(join(root, 'README.md'), withErrors(renderErrors(await readErrorTables())));
