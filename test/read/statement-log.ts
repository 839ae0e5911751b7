import type { PostgresLike, PostgresRow } from '@deedlog/postgres';

interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[] | undefined;
}

/** A client that keeps what it was asked to read, to ask how that is done. */
export class StatementLog implements PostgresLike {
  /** With the parameters of the last time. */
  readonly #asked = new Map<string, Statement>();
  readonly #client: PostgresLike;

  constructor(client: PostgresLike) {
    this.#client = client;
  }

  query(sql: string, parameters?: readonly unknown[]): Promise<{ rows: readonly PostgresRow[] }> {
    const ofLog = /\bdeedlog\./.test(sql) && !/^explain\b/.test(sql);
    if (ofLog) this.#asked.set(sql, { sql, parameters });
    return this.#client.query(sql, parameters as unknown[]);
  }

  get statements(): readonly Statement[] {
    return [...this.#asked.values()];
  }

  /** The plan of each statement, without values. */
  async plans(): Promise<string[]> {
    const plans: string[] = [];
    for (const { sql, parameters } of this.statements) {
      const { rows } = await this.#client.query(`explain (costs off) ${sql}`, parameters as unknown[]);
      plans.push(rows.map((row) => withoutValues(String(row['QUERY PLAN']))).join('\n'));
    }
    return plans;
  }
}

function withoutValues(line: string): string {
  return line.replaceAll(/'(?:[^']|'')*'/g, '?').replaceAll(/\b\d{6,}\b/g, '?');
}
