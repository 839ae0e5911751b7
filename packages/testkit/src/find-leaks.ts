import type { Needle, SecretEncoding } from './secret-needles.ts';

export interface PlantedSecret {
  readonly name: string;
  readonly needles: readonly Needle[];
}

/** Where a secret was found. */
export interface SecretLeak {
  /** The name it was planted under. */
  readonly secret: string;
  readonly encoding: SecretEncoding;
  /** Which of the records; undefined where it was no list of records. */
  readonly record: string | undefined;
  /** Within the record, `metadata.note`; empty for the text itself. */
  readonly path: string;
}

/** Looks for secrets in anything: texts, bytes, objects, lists, maps, errors; in keys as well as in values. */
export function findLeaks(evidence: unknown, secrets: readonly PlantedSecret[]): SecretLeak[] {
  const leaks: SecretLeak[] = [];
  const seen = new Set<object>();
  const records = Array.isArray(evidence) ? evidence : [evidence];
  for (const [index, record] of records.entries()) {
    walk(record, '', (text, path) => {
      for (const { secret, encoding } of secretsIn(text, secrets)) {
        leaks.push({ secret, encoding, record: Array.isArray(evidence) ? nameOf(record, index) : undefined, path });
      }
    });
  }
  return leaks;

  function walk(value: unknown, path: string, visit: (text: string, path: string) => void): void {
    if (typeof value === 'string') return visit(value, path);
    if (typeof value === 'symbol') return visit(value.description ?? '', path);
    if (typeof value !== 'object' || value === null) return;
    if (seen.has(value)) return;
    seen.add(value);
    if (ArrayBuffer.isView(value)) return visit(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'), path);
    if (value instanceof ArrayBuffer) return visit(Buffer.from(value).toString('latin1'), path);
    if (value instanceof URL) return visit(value.href, path);
    for (const [key, part] of partsOf(value)) {
      const place = Array.isArray(value) ? `${path}[${String(key)}]` : joined(path, key);
      if (!Array.isArray(value)) walk(key, `${place} (the key)`, visit);
      walk(part, place, visit);
    }
  }
}

function partsOf(value: object): Iterable<[unknown, unknown]> {
  if (value instanceof Map) return value.entries();
  if (value instanceof Set) return [...value].entries();
  // An error's own parts cannot be listed.
  const named = value instanceof Error ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause } : {};
  return Object.entries({ ...named, ...value });
}

function joined(path: string, key: unknown): string {
  return path === '' ? String(key) : `${path}.${String(key)}`;
}

function nameOf(record: unknown, index: number): string {
  const { action, id } = (typeof record === 'object' && record !== null ? record : {}) as { action?: unknown; id?: unknown };
  return typeof action === 'string' ? `${index + 1} (${action} ${String(id)})` : String(index + 1);
}

function secretsIn(text: string, secrets: readonly PlantedSecret[]): { secret: string; encoding: SecretEncoding }[] {
  const lower = text.toLowerCase();
  return secrets.flatMap(({ name, needles }) => {
    const found = needles.filter(({ text: needle, anyCase }) => (anyCase ? lower : text).includes(needle));
    return [...new Set(found.map(({ encoding }) => encoding))].map((encoding) => ({ secret: name, encoding }));
  });
}
