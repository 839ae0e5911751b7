import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runCommand } from './command.ts';
import { sumTallies } from './report.ts';
import { single } from './tally.ts';
import type { Step, Tally } from './tally.ts';
import { runVitest } from './vitest.ts';

export interface PlanOptions {
  /** Test folders to run; empty means everything. */
  readonly filters: readonly string[];
  /** A real PostgreSQL for the second run of the database tests; without it that step is left out. */
  readonly databaseUrl: string | undefined;
  /** A directory for reports. */
  readonly scratch: string;
}

/** The folder whose tests run once per graphql major, each with a configuration of its own. */
const ENVELOP = 'envelop';
/** The folder whose tests drive a real browser: the page speaks HTTP, and cannot tell one database from the other. */
const BROWSER = 'browser';
/** The folder whose tests build, pack and install; last, because nothing else needs a build. */
const PACKAGE = 'package';

/** The steps of a run, in order. */
export function planSteps(options: PlanOptions): readonly Step[] {
  const chosen = options.filters.length > 0;
  const folders = options.filters.map((filter) => filter.replace(/^test\//, ''));
  const wants = (folder: string): boolean => !chosen || folders.some((name) => name.split('/')[0] === folder);
  const others = folders.filter((name) => ![ENVELOP, PACKAGE].includes(name.split('/')[0] ?? ''));
  return [
    typesStep,
    ...(chosen ? [] : [lintStep]),
    ...(chosen && others.length === 0 ? [] : [pgliteStep(options, others)]),
    ...databaseSteps(options, others),
    ...(wants(ENVELOP) ? [envelopStep(options, 16), envelopStep(options, 17)] : []),
    ...(wants(PACKAGE) ? [packageStep(options)] : []),
  ];
}

/** The packages as they are published, then everything else, tests and examples included. */
const typesStep: Step = {
  title: 'Types (tsc)',
  run: async () => {
    const packages = readdirSync(join(root, 'packages')).map((folder) => join('packages', folder));
    const built = single((await runCommand('tsc', ['-b', ...packages])) === 0);
    const whole = single((await runCommand('tsc', ['-p', 'tsconfig.json'])) === 0);
    const page = single((await runCommand('tsc', ['-p', 'packages/viewer/page'])) === 0);
    return sumTallies([built, whole, page]);
  },
};

const lintStep: Step = {
  title: 'Lint (oxlint, with types)',
  run: async () => single((await runCommand('oxlint', ['--type-aware', '--deny-warnings'])) === 0),
};

function pgliteStep({ scratch }: PlanOptions, folders: readonly string[]): Step {
  const only = folders.length > 0 ? folders.map(inTest) : ['--exclude', `test/${PACKAGE}/**`];
  return {
    title: 'Tests (vitest, PGlite)',
    run: () => runVitest({ scratch, name: 'pglite', args: only, env: { DATABASE_URL: undefined } }),
  };
}

function databaseSteps({ scratch, databaseUrl, filters }: PlanOptions, folders: readonly string[]): readonly Step[] {
  const touching = databaseFolders().filter((folder) => filters.length === 0 || folders.some((name) => name.split('/')[0] === folder));
  if (databaseUrl === undefined || databaseUrl === '' || touching.length === 0) return [];
  const evidence = join(scratch, 'evidence');
  const selected = filters.length === 0 ? touching : folders.filter((name) => touching.includes(name.split('/')[0] ?? ''));
  return [
    {
      title: 'Database tests again (real PostgreSQL)',
      run: async () => {
        const env = { DATABASE_URL: databaseUrl, DEEDLOG_TEST_EVIDENCE: evidence };
        const tally = await runVitest({ scratch, name: 'postgres', args: selected.map(inTest), env });
        return withEvidence(tally, evidence);
      },
    },
  ];
}

/** One more check: a real database was made. A green run that fell back to PGlite would prove nothing. */
function withEvidence(tally: Tally, evidence: string): Tally {
  const used = existsSync(evidence) && readFileSync(evidence, 'utf8').trim() !== '';
  if (!used) console.error('DATABASE_URL is set, but no test made a database there: see test/support/database.ts.');
  const { passed, failed } = single(used);
  return { ...tally, passed: tally.passed + passed, failed: tally.failed + failed };
}

function envelopStep({ scratch }: PlanOptions, major: 16 | 17): Step {
  const config = `test/${ENVELOP}/vitest.graphql${major}.config.ts`;
  return {
    title: `Envelop tests (graphql ${major})`,
    run: () => runVitest({ scratch, name: `graphql${major}`, args: ['--config', config], env: { DATABASE_URL: undefined } }),
  };
}

function packageStep({ scratch }: PlanOptions): Step {
  return {
    title: 'Packages (build, pack, install, run)',
    run: () => runVitest({ scratch, name: PACKAGE, args: [inTest(PACKAGE)], env: { DATABASE_URL: undefined } }),
  };
}

/** `trpc` becomes the path filter `test/trpc/`, `trpc/middleware` the filter `test/trpc/middleware`. */
function inTest(filter: string): string {
  return filter.includes('/') ? `test/${filter}` : `test/${filter}/`;
}

/** Test folders with a file that asks for a database: found, not listed, so that a new one cannot be forgotten. */
function databaseFolders(): readonly string[] {
  const test = join(root, 'test');
  return readdirSync(test, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['node_modules', 'support', 'run', 'house', BROWSER, ENVELOP, PACKAGE].includes(entry.name))
    .map(({ name }) => name)
    .filter((name) =>
      readdirSync(join(test, name), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .some((file) => /support\/database|DATABASE_URL/.test(readFileSync(join(test, name, file), 'utf8'))),
    );
}
