/** Nothing is wrong. */
export const OK = 0;
/** The command did its work, and found something: drift, findings, something uncovered, no such record. */
export const FOUND = 1;
/** The command could not do its work: its arguments, its configuration or the database. */
export const FAILED = 2;
