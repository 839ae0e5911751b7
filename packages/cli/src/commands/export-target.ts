import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { cliError } from '../errors.ts';
import { messageOf } from '../message-of.ts';
import type { Session } from '../session.ts';

/** Where an export goes. Closed without having been completed, a file is removed: nobody shall take a part for the whole. */
export interface ExportTarget extends AsyncDisposable {
  write(text: string): Promise<void>;
  complete(): Promise<void>;
}

/** Records are for few eyes. */
const ONLY_OWNER = 0o600;

/** Throws `CLI_ARGUMENT_INVALID` for a file that cannot be written. */
export async function exportTarget({ terminal, folder }: Session, output: string | undefined): Promise<ExportTarget> {
  if (output === undefined) return { write: (text) => terminal.print(text), complete: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve() };
  const file = resolve(folder, output);
  const part = `${file}.part`;
  const handle = await open(part, 'w', ONLY_OWNER).catch((cause: unknown) => {
    throw cliError('CLI_ARGUMENT_INVALID', `--output: ${messageOf(cause)}`, cause);
  });
  let isOpen = true;
  return {
    async write(text) {
      await handle.write(text);
    },
    async complete() {
      isOpen = false;
      await handle.sync();
      await handle.close();
      await rename(part, file);
    },
    async [Symbol.asyncDispose]() {
      if (!isOpen) return;
      await handle.close();
      await rm(part, { force: true });
    },
  };
}
