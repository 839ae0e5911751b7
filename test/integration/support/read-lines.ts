import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type LogLine = Readonly<Record<string, unknown>>;

/** The lines of a JSON log; a torn one throws. */
export async function readLines(directory: string, file: string): Promise<readonly LogLine[]> {
  const text = await readFile(join(directory, file), 'utf8');
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as LogLine);
}

/** What differs from run to run, by what it is: the same id is the same name everywhere. */
export function settled(lines: readonly LogLine[], ports: Readonly<Record<string, string>>): readonly LogLine[] {
  const names = new Map<string, string>();
  const named = (id: string): string => {
    const name = names.get(id) ?? `<id ${names.size + 1}>`;
    names.set(id, name);
    return name;
  };
  const root = new URL('../../..', import.meta.url).pathname;
  const text = (value: string): string => {
    let plain = value.replaceAll(root, '<root>/');
    for (const [port, name] of Object.entries(ports)) plain = plain.replaceAll(port, name);
    return plain
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, named)
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<ISO 8601 time>')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/g, '<time>')
      .replaceAll(/:\d+:\d+\)?$/gm, ':<place>')
      .replaceAll(/(\n {4}at .*)+/g, '\n    at <stack>');
  };
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return text(value);
    if (key === 'execution_time') return '<milliseconds>';
    if (Array.isArray(value)) return value.map((one) => walk(one, ''));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name)]));
  };
  return lines.map((line) => walk(line, '') as LogLine);
}
