/** Lines of one file, since the start. */
export interface LineCounts {
  /** Handed to the operating system, whole. */
  readonly written: number;
  /** Nowhere: the file could not be written, or lines came faster than it took them. */
  readonly lost: number;
}
