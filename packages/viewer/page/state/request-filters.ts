/** Relative times by the name that the address has for them, with their length in milliseconds. */
export const LAST: Readonly<Record<string, readonly [label: string, length: number]>> = {
  '1h': ['Last hour', 3_600_000],
  '24h': ['Last 24 hours', 86_400_000],
  '7d': ['Last 7 days', 7 * 86_400_000],
  '30d': ['Last 30 days', 30 * 86_400_000],
};

/** The filters of an address as REST takes them: a relative time becomes `from`. */
export function requestFilters(filters: string, now: number = Date.now()): URLSearchParams {
  const params = new URLSearchParams(filters);
  const last = LAST[params.get('last') ?? ''];
  params.delete('last');
  if (last !== undefined && !params.has('from')) params.set('from', new Date(now - last[1]).toISOString());
  return params;
}
