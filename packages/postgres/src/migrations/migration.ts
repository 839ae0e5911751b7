/** One step of the schema. A released one never changes: its checksum is kept in every database that has run it. */
export interface Migration {
  /** What it brings, in kebab case; the key in `deedlog.migration`. */
  readonly name: string;
  /** Run in this order, in one transaction with the others of the same migration. */
  readonly statements: readonly string[];
}
