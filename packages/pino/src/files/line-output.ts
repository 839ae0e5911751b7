import type { LineKind, PerKind } from './line-kind.ts';
import type { LineCounts } from './log-counts.ts';

/** What takes lines, each ending in a line break, and puts them into the files. Nothing of it throws or rejects. */
export interface LineOutput {
  write(kind: LineKind, line: string): void;
  /** Resolves once every line that was written before is handed to the operating system or counted as lost. */
  settled(): Promise<void>;
  flushSync(): void;
  /** Writes what it holds and closes the files. What comes afterwards is lost, and counted. */
  close(): Promise<void>;
  readonly counts: PerKind<LineCounts>;
}
