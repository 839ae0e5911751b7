/**
 * How an allow-listed field is stored: `plain` keeps the value, `redact` keeps only that it was there.
 * A field that is not named is not stored at all.
 */
export type Treatment = 'plain' | 'redact';

/** Treatments by dotted path; a path goes through the elements of an array: `items.sku`. */
export type FieldTreatments = Readonly<Record<string, Treatment>>;

type Leaf = string | number | bigint | boolean | symbol | null | undefined | Date | Uint8Array | ((...args: never[]) => unknown);

/** The dotted paths into `T`, three levels deep. */
export type FieldPath<T, Depth extends unknown[] = []> = Depth['length'] extends 3
  ? never
  : T extends Leaf
    ? never
    : T extends readonly (infer Item)[]
      ? FieldPath<Item, Depth>
      : T extends object
        ? {
            [Key in keyof T & string]: Key | `${Key}.${FieldPath<NonNullable<T[Key]>, [...Depth, unknown]>}`;
          }[keyof T & string]
        : never;

/** An allow-list over `T`: paths that are stored plain, or a treatment for each. */
export type FieldSelection<T> = unknown extends T
  ? readonly string[] | FieldTreatments
  : readonly FieldPath<T>[] | { readonly [Path in FieldPath<T>]?: Treatment };

/** The one form that deedlog works with. */
export function fieldTreatments(selection: readonly string[] | Readonly<Record<string, Treatment | undefined>>): FieldTreatments {
  if (!Array.isArray(selection)) return selection as FieldTreatments;
  return Object.fromEntries((selection as readonly string[]).map((path) => [path, 'plain' as const]));
}
