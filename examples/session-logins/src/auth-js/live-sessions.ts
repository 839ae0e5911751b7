/** Which sessions have not ended: a JWT alone is good until it expires, whoever signs out. In an application this is a table. */
export class LiveSessions {
  readonly #userOf = new Map<string, string>();

  open(sessionId: string, userId: string): void {
    this.#userOf.set(sessionId, userId);
  }

  /** False where it had ended before. */
  end(sessionId: string): boolean {
    return this.#userOf.delete(sessionId);
  }

  isLive(sessionId: string): boolean {
    return this.#userOf.has(sessionId);
  }

  of(userId: string): readonly string[] {
    return [...this.#userOf].filter(([, owner]) => owner === userId).map(([sessionId]) => sessionId);
  }
}
