/** SQLSTATE classes that blame the data and not the connection: the same row would be refused for ever. */
const DATA_AT_FAULT: ReadonlySet<string> = new Set(['22', '23']);

/** The SQLSTATE with which the database refused a row for what it holds, whichever library wrapped the error; undefined: it failed otherwise. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return refusalOf(error.cause);
  return DATA_AT_FAULT.has(code.slice(0, 2)) ? code : undefined;
}
