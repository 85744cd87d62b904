/** A word may hold what separates others, but not begin with it. */
const WORD = "[\\p{L}\\p{N}_$][\\p{L}\\p{N}_.$+-]*";
const NAME = "(?:\\[unknown\\]|[^\\s,;:|/@()[\\]]*)";
/** Without names it is a background process's, which would match too much. */
const NAMES = `(?!@(?:[\\s,;:|/@()[\\]]|$))${NAME}@${NAME}`;
const ZONE = "(?:[A-Za-z]+|[+-]\\d{2,4})";
const SECOND = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d";
const ADDRESS =
  "(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4})+|::(?:[0-9a-f]{1,4}:?)*)";
/** Up to what separates the pieces of a prefix. */
const VALUE = '(?:\\[unknown\\]|[^\\s,;|\\])"]*)';

interface Piece {
  readonly pattern: RegExp;
  /** The escape that prints it, after what the first group found. */
  readonly template: string;
}

/** What a written prefix may hold, tried in order at each place; another word before a `=` stands for itself. */
const PIECES: readonly Piece[] = [
  keyed("proc_start_time|session_start|started|start|s", `${SECOND} ${ZONE}`, "%s"),
  keyed("time_ms|timestamp|time|ts|t|m", `${SECOND}\\.\\d{3} ${ZONE}`, "%m"),
  keyed("timestamp|time|ts|t", `${SECOND} ${ZONE}`, "%t"),
  unkeyed(`${SECOND}\\.\\d{3} ${ZONE}`, "%m"),
  unkeyed(`${SECOND} ${ZONE}`, "%t"),
  unkeyed("\\d{10}\\.\\d{3}(?!\\d)", "%n"),
  keyed("user|usr|user_name|u", VALUE, "%u"),
  keyed("db|dbname|database|database_name|d", VALUE, "%d"),
  keyed(
    "app|appname|application|application_name|a",
    '(?:\\[unknown\\]|(?! \\w+=| \\[)[^,;|\\])"])*',
    "%a",
  ),
  keyed("pid|process|process_id|p", "\\d+", "%p"),
  keyed("session|sess|sid|session_id|c", "[0-9a-f]+\\.[0-9a-f]+", "%c"),
  keyed("connection_source|remote|r", `(?:${ADDRESS}\\(\\d+\\)|\\[local\\])`, "%r"),
  keyed("client|host|remote|ip|connection_source|h|r", '(?:\\[local\\]|[^\\s,;|\\]"]*)', "%h"),
  keyed("sql_error_code|error_code|sqlstate|sql_state|code|state|err|e", "[0-9A-Z]{5}", "%e"),
  keyed("queryid|query_id|q", "-?\\d+", "%Q"),
  keyed("vtid|vxid|virtual_transaction_id|vx|v", "[-\\d/]*", "%v"),
  keyed("tid|xid|txid|transaction_id|tx|x", "\\d*", "%x"),
  keyed("log_line|line|l", "\\d+", "%l"),
  keyed("\\w+", "", ""),
  unkeyed("[0-9a-f]{8}\\.[0-9a-f]{1,8}(?![\\w.])", "%c"),
  unkeyed(`${ADDRESS}\\(\\d+\\)`, "%r"),
  unkeyed("\\d{1,3}(?:\\.\\d{1,3}){3}(?![\\w.])|\\[local\\]", "%h"),
  // No number begins with so many zeros.
  unkeyed("0{5}(?![\\w.])", "%e"),
  unkeyed("\\d+/\\d+(?![\\w./])", "%v"),
  unkeyed(NAMES, "%u@%d"),
  unkeyed("\\d+(?![\\p{L}\\p{N}_.])", "%l"),
  unkeyed(`\\[unknown\\]|${WORD}`, "%i"),
  unkeyed("%", "%%"),
];

/** A value that its name tells: `user=bob`, `user = "bob"`. */
function keyed(names: string, value: string, escape: string): Piece {
  return {
    pattern: new RegExp(`((?<![\\w])(?:${names}) ?= ?"?)(?:${value})`, "iuy"),
    template: escape,
  };
}

function unkeyed(pattern: string, escape: string): Piece {
  return { pattern: new RegExp(`()(?:${pattern})`, "uy"), template: escape };
}

/**
 * Reads a `log_line_prefix` out of one line's prefix: a setting that prints it. Words that can't be told are taken as a
 * command tag and numbers as a line number: both match, neither is used.
 */
export function inferPrefix(prefix: string): string {
  let template = "";
  let at = 0;
  while (at < prefix.length) {
    const piece = pieceAt(prefix, at);
    template += piece?.template ?? prefix[at];
    at += piece?.length ?? 1;
  }
  return withTime(withPid(template.replace(/%i(?:[\s-]*%[il])*[\s-]*%i/g, "%i").trimEnd()));
}

function pieceAt(
  prefix: string,
  at: number,
): { readonly template: string; readonly length: number } | undefined {
  for (const { pattern, template } of PIECES) {
    pattern.lastIndex = at;
    const match = pattern.exec(prefix);
    if (match === null || match[0] === "") continue;
    return {
      template: (match[1] ?? "").replaceAll("%", "%%") + template,
      length: match[0].length,
    };
  }
  return undefined;
}

/** The process id is the first number in brackets, else the first one; a session id tells more than either. */
function withPid(template: string): string {
  if (template.includes("%p") || template.includes("%c")) return template;
  return template.includes("[%l") ? template.replace("[%l", "[%p") : template.replace("%l", "%p");
}

/** A session's start has no milliseconds: beside a time that has them the other one is it, else the later one. */
function withTime(template: string): string {
  if (template.includes("%m")) return template.replaceAll("%t", "%s");
  const first = template.indexOf("%t") + 2;
  return template.slice(0, first) + template.slice(first).replaceAll("%t", "%s");
}
