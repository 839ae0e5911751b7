import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Lets go of what nobody holds, and lets finalizers run. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 10; round++) {
    collect();
    // oxlint-disable-next-line no-await-in-loop -- finalizers are tasks of their own
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
