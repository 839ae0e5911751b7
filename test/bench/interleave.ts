import type { Ratio } from './compare.ts';

/** One way to do a piece of work. */
export interface Variant {
  readonly name: string;
  /** Largest ratio to the first variant that is allowed. */
  readonly target: number | undefined;
  /** What the work needs; its time does not count. Returns the work. */
  readonly prepare: () => Promise<() => Promise<unknown>>;
}

export interface Interleaving {
  readonly title: string;
  /** The first is what the others are held against. */
  readonly variants: readonly [Variant, ...Variant[]];
  /** Called between rounds, for tables that must not grow; its time does not count. */
  readonly clear: () => Promise<void>;
  /** Samples of each variant in one round. */
  readonly samples: number;
}

const ROUNDS = 25;
/** The first samples of a round find cold caches, because the tables were emptied. */
const WARM_UP = 5;

/** Takes turns sample by sample, so that whatever else the machine does hits all variants alike. Ratios are of medians within a round. */
export async function interleave({ title, variants, clear, samples }: Interleaving): Promise<readonly Ratio[]> {
  const rounds: (readonly number[])[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    await clear();
    const medians = await medianTimes(variants, samples);
    // One round more warms up the process.
    if (round >= 0) rounds.push(medians);
  }
  const [{ name: baseName }] = variants;
  const baseMicroseconds = quantile(rounds.map(([base]) => base ?? Number.NaN), 0.5) * 1000;
  return variants.slice(1).map(({ name, target }, index) => {
    const ratios = rounds.map((medians) => (medians[index + 1] ?? Number.NaN) / (medians[0] ?? Number.NaN));
    return { title, name, baseName, ratio: quantile(ratios, 0.5), low: quantile(ratios, 0.1), high: quantile(ratios, 0.9), baseMicroseconds, target };
  });
}

/** In milliseconds, by variant. */
async function medianTimes(variants: readonly Variant[], samples: number): Promise<readonly number[]> {
  const times: number[][] = variants.map(() => []);
  for (let sample = -WARM_UP; sample < samples; sample++) {
    for (let turn = 0; turn < variants.length; turn++) {
      // Who comes first changes, so that none always follows the same other.
      const index = (turn + sample + WARM_UP) % variants.length;
      const work = await variants[index]?.prepare();
      const start = performance.now();
      await work?.();
      if (sample >= 0) times[index]?.push(performance.now() - start);
    }
  }
  return times.map((of) => quantile(of, 0.5));
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
