/** Stands for a state that is not known, because it was never loaded. */
export const MISSING: unique symbol = Symbol('missing');
