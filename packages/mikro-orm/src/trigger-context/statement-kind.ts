/** What a statement does to the transaction around it, or to rows. */
export type Statement =
  | { readonly kind: 'begin' | 'commit' | 'rollback' | 'read' | 'write' | 'other' }
  | { readonly kind: 'savepoint' | 'release' | 'rollback to'; readonly name: string };

/** White space, comments and parentheses before the first word. */
const LEAD = /^(?:[\s(;]+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;
const NAME = '(?:"((?:[^"]|"")+)"|([\\w$]+))';
const SAVEPOINT = new RegExp(`^savepoint\\s+${NAME}`, 'i');
const RELEASE = new RegExp(`^release\\s+(?:savepoint\\s+)?${NAME}`, 'i');
const ROLLBACK_TO = new RegExp(`^rollback\\s+(?:work\\s+|transaction\\s+)?to\\s+(?:savepoint\\s+)?${NAME}`, 'i');
const CHANGES_ROWS = /\b(?:insert|update|delete|merge)\b/i;
const CALL = /\b([a-z_][\w$]*)"?\s*\(/gi;
/** Texts, quoted names and comments. */
const TOKEN = /'[^']*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\//g;
/** A quote in a text by another rule than doubling, so that {@link TOKEN} cannot be trusted. */
const ODD_QUOTE = /\\'|\$\w*\$/;

/** Words before a parenthesis that are no call, types, and functions that write nothing: what generated queries are made of. */
const HARMLESS: ReadonlySet<string> = new Set(
  `all and any array as by case cast char character decimal distinct else except exists filter from group having in inner intersect is join lateral left
  like limit not null numeric offset on or outer over partition right row select set some table then time timestamp timestamptz union using values varchar
  when where with within abs array_agg array_length avg bool_and bool_or cardinality ceil ceiling char_length coalesce concat concat_ws count current_setting
  date_part date_trunc dense_rank exp extract first_value floor format generate_series greatest ilike interval json_agg json_array_elements json_build_array
  json_build_object json_object_agg jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_build_array jsonb_build_object jsonb_each jsonb_object_agg
  jsonb_path_exists jsonb_typeof lag last_value lead least left length lower ltrim make_interval max md5 min mod now nullif pg_typeof plainto_tsquery position
  power random rank regexp_replace replace right round row_number row_to_json rtrim split_part sqrt string_agg strpos substr substring sum to_char to_date
  to_json to_jsonb to_timestamp to_tsquery to_tsvector trim trunc ts_rank unnest upper websearch_to_tsquery`.split(/\s+/),
);

/**
 * Told from the text alone, on the safe side: a query is a `read` only if every function that it calls is known to write nothing.
 * `other` is what may not run in a transaction block, or changes no rows.
 */
export function statementKind(sql: string): Statement {
  const text = sql.slice(LEAD.exec(sql)?.[0].length ?? 0);
  switch (/^[a-z]+/i.exec(text)?.[0].toLowerCase()) {
    case 'select':
    case 'values':
    case 'table':
      return { kind: callsUnknown(text) ? 'write' : 'read' };
    case 'with':
      return { kind: CHANGES_ROWS.test(withoutTexts(text)) || callsUnknown(text) ? 'write' : 'read' };
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'copy':
    case 'truncate':
    case 'execute':
      return { kind: 'write' };
    case 'begin':
    case 'start':
      return { kind: 'begin' };
    case 'commit':
    case 'end':
      return { kind: 'commit' };
    case 'abort':
      return { kind: 'rollback' };
    case 'rollback':
      return named('rollback to', ROLLBACK_TO.exec(text)) ?? { kind: 'rollback' };
    case 'savepoint':
      return named('savepoint', SAVEPOINT.exec(text)) ?? { kind: 'other' };
    case 'release':
      return named('release', RELEASE.exec(text)) ?? { kind: 'other' };
    case 'show':
    case 'set':
    case 'fetch':
    case 'close':
      return { kind: 'read' };
    default:
      return { kind: 'other' };
  }
}

function callsUnknown(text: string): boolean {
  if (ODD_QUOTE.test(text)) return true;
  for (const [, name = ''] of withoutTexts(text).matchAll(CALL)) if (!HARMLESS.has(name.toLowerCase())) return true;
  return false;
}

/** What stands in a text or a comment is no call; a quoted name stays one word. */
function withoutTexts(text: string): string {
  return text.replace(TOKEN, (token) => (token.startsWith('"') ? token.replaceAll(/[^\w"]/g, '_') : ' '));
}

function named(kind: 'savepoint' | 'release' | 'rollback to', match: RegExpExecArray | null): Statement | undefined {
  const [, quoted, plain] = match ?? [];
  const name = quoted?.replaceAll('""', '"') ?? plain?.toLowerCase();
  return name === undefined ? undefined : { kind, name };
}
