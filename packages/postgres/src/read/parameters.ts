/** Collects the parameters of one statement. */
export class Parameters {
  readonly values: unknown[] = [];

  /** The placeholder of a value: `$1::text`. The type is written out, because clients send everything as text. */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  /** Texts as an array, sent as JSON: clients differ in what they make of arrays. */
  addList(values: readonly string[], type: string): string {
    return `array(select value::${type} from jsonb_array_elements_text(${this.add(JSON.stringify(values), 'jsonb')}))`;
  }
}
