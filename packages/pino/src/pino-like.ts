/** What a sink needs of a pino logger, whatever its own levels are. */
export interface PinoLike {
  readonly levels: { readonly values: Readonly<Record<string, number>>; readonly labels: Readonly<Record<number, string>> };
  child(bindings: object, options: { readonly level: string; readonly customLevels?: Record<string, number> }): unknown;
  flush(callback: (error?: Error) => void): void;
}
