export { defineConfig } from './define-config.ts';
export type { DeedlogConfig } from './define-config.ts';
export { cliErrors } from './errors.ts';
export type { CliErrorCode } from './errors.ts';
export { run } from './run.ts';
export type { CliOptions } from './run.ts';
export type { Output } from './terminal/terminal.ts';
