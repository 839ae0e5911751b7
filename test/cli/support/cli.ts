import { Writable } from 'node:stream';
import { run } from 'deedlog';
import type { CliOptions as CommandOptions, Output } from 'deedlog';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  /** Without the lines of progress that others replaced: they come when the machine is slow. */
  readonly stderr: string;
}

export interface CliOptions extends Omit<CommandOptions, 'stdout' | 'stderr'> {
  /** As on a terminal of 80 columns. Default false: a pipe. */
  readonly tty?: boolean;
  readonly columns?: number;
  /** Called with all that was printed so far. */
  readonly onPrint?: (stdout: string) => void;
}

/** Where the adapters of the "project" are found. */
export const project: string = new URL('../..', import.meta.url).pathname;

/** Runs a command line in this process. */
export async function cli(argv: readonly string[], { tty = false, columns = 80, onPrint, ...options }: CliOptions = {}): Promise<CliResult> {
  const [stdout, stderr] = [collector({ tty, columns, onPrint }), collector({ tty, columns })];
  const code = await run(argv, { cwd: project, env: { NO_COLOR: '1' }, config: {}, ...options, stdout, stderr });
  return { code, stdout: stdout.text(), stderr: stderr.text().replaceAll(/\r\u001b\[K[^\r]*(?=\r\u001b\[K)/g, '').replaceAll('\r\u001b[K', '') };
}

function collector({ tty, columns, onPrint }: { tty: boolean; columns: number; onPrint?: ((text: string) => void) | undefined }): Output & { text(): string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      text += chunk;
      onPrint?.(text);
      done();
    },
  });
  return Object.assign(stream, tty ? { isTTY: true, columns } : {}, { text: () => text });
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}
