import type { Disk } from './disk.ts';
import type { OpenLog } from './open-log.ts';

/** Whether the open file is still the one under this name; learns its size anew, which is less where it was truncated. */
export async function isNamed(disk: Disk, path: string, open: OpenLog): Promise<boolean> {
  try {
    const { ino, dev, size } = await disk.stat(path);
    open.size = Number(size);
    return ino === open.inode && dev === open.device;
  } catch (error) {
    // Who may no longer look cannot know: the file is open, and is written on.
    return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** Whether the open file has no name left: what is written into it, nobody will read. */
export async function isGone({ file }: OpenLog): Promise<boolean> {
  return file.stat().then(
    ({ nlink }) => nlink === 0n,
    () => false,
  );
}
