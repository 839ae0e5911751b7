import type { FieldTreatments } from '../record/fields.ts';
import type { IsDenied } from '../record/redact.ts';
import { inputKeys, selectFields } from '../record/select.ts';
import type { JsonObject } from '../record/serialize.ts';
import type { Draft } from './draft.ts';

/** What is kept of an intent's input: the allowed part of a valid one, the key names of an invalid one. */
export class IntentInput {
  #json: JsonObject | null = null;
  #invalidKeys: readonly string[] | undefined;

  get json(): JsonObject | null {
    return this.#json;
  }

  /** Taken at once: the resolver may change the object that it was given. */
  saw(input: unknown, fields: FieldTreatments, isDenied: IsDenied): void {
    this.#json = selectFields(input, fields, isDenied);
  }

  sawInvalid(input: unknown): void {
    this.#json = null;
    this.#invalidKeys = inputKeys(input);
  }

  /** The captured facts, with the key names of an invalid input. */
  captured(metadata: Draft['captured']): Draft['captured'] {
    return this.#invalidKeys === undefined ? metadata : { ...metadata, inputKeys: this.#invalidKeys };
  }
}
