import type { Ratio } from './compare.ts';

/** One line per ratio, and which targets were missed. */
export function printRatios(ratios: readonly Ratio[]): void {
  for (const { title, name, baseName, ratio, low, high, baseMicroseconds, target } of ratios) {
    const verdict = target === undefined ? '' : ratio <= target ? `met (≤ ${target})` : `NOT MET (≤ ${target})`;
    console.log(
      `${title.padEnd(44)} ${name.padEnd(28)} ${ratio.toFixed(3)}x of ${baseName} (p10 ${low.toFixed(3)}, p90 ${high.toFixed(3)}; ${baseName} ${baseMicroseconds.toFixed(2)} µs) ${verdict}`,
    );
  }
}

export function printMissed(ratios: readonly Ratio[]): void {
  const held = ratios.filter(({ target }) => target !== undefined);
  const missed = held.filter(({ ratio, target = Infinity }) => ratio > target);
  console.log(`\n${held.length - missed.length} of ${held.length} targets met${missed.length === 0 ? '' : `; not met: ${missed.map(({ title, name }) => `${title} / ${name}`).join(', ')}`}`);
}
