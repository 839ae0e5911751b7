/**
 * An input in the form that an allow-list of names can be applied to. A form becomes an object of its fields, a name given
 * more than once an array; files in it are still files, of which a record only gets a marker.
 */
export function evidenceOf(input: unknown): unknown {
  if (!(input instanceof FormData)) return input;
  const fields = Object.create(null) as Record<string, unknown>;
  for (const name of new Set(input.keys())) {
    const values = input.getAll(name);
    fields[name] = values.length === 1 ? values[0] : values;
  }
  return fields;
}
