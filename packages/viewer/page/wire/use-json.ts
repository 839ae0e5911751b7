import { useEffect, useState } from 'preact/hooks';
import { getJson } from './get-json.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './problem.ts';

/** What became of a request. While another address loads, the last value stays. */
export interface Loaded<Value> {
  readonly value: Value | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
  readonly retry: () => void;
}

/** Reads `url` when it changes; null: nothing to read. */
export function useJson<Value>(url: string | null): Loaded<Value> {
  const [state, setState] = useState<Omit<Loaded<Value>, 'retry'>>({ value: null, problem: null, loading: url !== null });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (url === null) {
      setState({ value: null, problem: null, loading: false });
      return undefined;
    }
    const closing = new AbortController();
    setState(({ value }) => ({ value, problem: null, loading: true }));
    getJson<Value>(url, closing.signal).then(
      (value) => setState({ value, problem: null, loading: false }),
      (error: unknown) => {
        if (!closing.signal.aborted) setState({ value: null, problem: problemOf(error), loading: false });
      },
    );
    return () => closing.abort();
  }, [url, attempt]);
  return { ...state, retry: () => setAttempt((before) => before + 1) };
}
