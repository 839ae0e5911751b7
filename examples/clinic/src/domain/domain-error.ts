/** Why the clinic refuses. The codes are tRPC's, so that both APIs and the log say the same. */
export type RefusalCode = 'UNAUTHORIZED' | 'FORBIDDEN' | 'NOT_FOUND' | 'CONFLICT' | 'BAD_REQUEST';

/** A refusal whose text may be shown to whoever called. */
export class DomainError extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DomainError';
    this.code = code;
  }

  /** Where GraphQL, and `useAudit`, look for the code. */
  get extensions(): { readonly code: RefusalCode } {
    return { code: this.code };
  }
}
