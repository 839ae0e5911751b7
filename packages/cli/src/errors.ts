import { defineErrors } from '@deedlog/core';
import type { ErrorEntry, ErrorFactory } from '@deedlog/core';

/** Every code that `deedlog` on the command line can end with, beside those of the packages it calls. */
export type CliErrorCode =
  | 'CLI_ADAPTER_MISSING'
  | 'CLI_ARGUMENT_INVALID'
  | 'CLI_BASELINE_INVALID'
  | 'CLI_CONFIG_INVALID'
  | 'CLI_CONFIG_LACKS'
  | 'CLI_CONNECTION_FAILED'
  | 'CLI_DATABASE_UNKNOWN';

/** The closed table of {@link CliErrorCode}. */
export const cliErrors: Readonly<Record<CliErrorCode, ErrorEntry>> = {
  CLI_ADAPTER_MISSING: {
    meaning: 'the project of the configuration lacks a package that this command looks into it with',
    remedy: 'Install the package that is named here where deedlog.config.ts is.',
  },
  CLI_ARGUMENT_INVALID: {
    meaning: 'an argument of the command cannot be read',
    remedy: 'See --help of the command for what it takes.',
  },
  CLI_BASELINE_INVALID: {
    meaning: 'the baseline of the coverage cannot be read',
    remedy: 'Write it with deedlog coverage --update, and commit it.',
  },
  CLI_CONFIG_INVALID: {
    meaning: 'the configuration cannot be loaded',
    remedy: 'Let deedlog.config.ts export defineConfig({ … }) as its default, and see the cause.',
  },
  CLI_CONFIG_LACKS: {
    meaning: 'the configuration lacks what this command works on',
    remedy: 'Name it in defineConfig of deedlog.config.ts.',
  },
  CLI_CONNECTION_FAILED: {
    meaning: 'the database does not let this command in',
    remedy: 'Check the address, the role and its password, and that the server runs.',
  },
  CLI_DATABASE_UNKNOWN: {
    meaning: 'nothing says which database the log is in',
    remedy: 'Pass --url, set DATABASE_URL, or give url or orm in deedlog.config.ts.',
  },
};

export const cliError: ErrorFactory<CliErrorCode> = defineErrors(cliErrors);
