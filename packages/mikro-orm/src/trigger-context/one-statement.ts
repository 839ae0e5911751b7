/**
 * Statements as one, on one line: MikroORM's schema generator and migrations cut SQL into lines and statements, and would take the bodies
 * of functions apart. '' for none.
 */
export function oneStatement(statements: readonly string[]): string {
  const executed = statements.map((sql) => `execute ${escapedText(sql)};`);
  return executed.length === 0 ? '' : `do ${QUOTE} begin ${executed.join(' ')} end ${QUOTE}`;
}

const QUOTE = '$deedlog_triggers$';

/** PostgreSQL's form with backslashes, which can hold any text on one line. */
function escapedText(sql: string): string {
  const escaped = sql.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('$', '\\044');
  return `E'${escaped}'`;
}
