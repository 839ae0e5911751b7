/** Whether a value can be awaited: promises of other realms and libraries included, which no `instanceof` knows. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

/** What a callback answered that is to answer at once: a promise, which nobody waits for, must not end the process when it rejects. */
export function unheard<Answer>(answer: Answer): Answer {
  if (isThenable(answer)) answer.then(undefined, () => undefined);
  return answer;
}
