import { measure } from 'mitata';

/** A contender does its work once per call. */
export type Contender = () => unknown;

export interface Comparison {
  readonly title: string;
  /** What the others are held against. */
  readonly base: Contender;
  readonly baseName: string;
  readonly contenders: readonly { readonly name: string; readonly run: Contender; readonly target: number | undefined }[];
}

export interface Ratio {
  readonly title: string;
  readonly name: string;
  readonly baseName: string;
  /** Median over the rounds of contender ÷ base within the same round. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** Median time of one call of the base, in microseconds. */
  readonly baseMicroseconds: number;
  readonly target: number | undefined;
}

/** Rounds of one comparison: the machine's speed drifts, so the ratio is taken within a round and the median over rounds. */
const ROUNDS = 15;
/** Time given to one contender in one round, in nanoseconds. */
const ROUND_TIME = 120e6;

/** Measures the contenders side by side: base, contender, base, contender, … */
export async function compare({ title, base, baseName, contenders }: Comparison): Promise<readonly Ratio[]> {
  const rounds: { base: number; others: number[] }[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const others: number[] = [];
    const before = await median(base);
    for (const { run } of contenders) others.push(await median(run));
    const after = await median(base);
    // The first round warms up.
    if (round >= 0) rounds.push({ base: (before + after) / 2, others });
  }
  return contenders.map(({ name, target }, index) => {
    const ratios = rounds.map((round) => (round.others[index] ?? Number.NaN) / round.base).toSorted((a, b) => a - b);
    return {
      title,
      name,
      baseName,
      ratio: at(ratios, 0.5),
      low: at(ratios, 0.1),
      high: at(ratios, 0.9),
      baseMicroseconds: at(rounds.map((round) => round.base).toSorted((a, b) => a - b), 0.5) / 1000,
      target,
    };
  });
}

async function median(run: Contender): Promise<number> {
  const { p50 } = await measure(run, { min_cpu_time: ROUND_TIME, min_samples: 20 });
  return p50;
}

function at(sorted: readonly number[], quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
}
