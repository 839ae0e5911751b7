/** A name as PostgreSQL takes it in any place. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as a literal that says the same under any setting of `standard_conforming_strings`. */
export function literal(text: string): string {
  const doubled = text.replaceAll(`'`, `''`);
  return text.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}
