/** What a line's prefix told, as text. */
export interface PrefixFields {
  readonly time: string | undefined;
  /** Seconds since the epoch, with a fraction (`%n`). */
  readonly epoch: string | undefined;
  readonly pid: string | undefined;
  readonly session: string | undefined;
  readonly user: string | undefined;
  readonly database: string | undefined;
  readonly application: string | undefined;
}

export type PrefixMatcher = (prefix: string) => PrefixFields | undefined;

const ZONE = "(?:[A-Za-z]+|[+-]\\d{2,6})";
const SECONDS = `\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d ${ZONE}`;
const MILLISECONDS = `\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} ${ZONE}`;

/** Escapes of PostgreSQL's `log_line_prefix` by letter: what each prints, and the field that takes it. */
const ESCAPES: Readonly<
  Record<string, { readonly pattern: string; readonly field?: keyof PrefixFields }>
> = {
  a: { pattern: ".*?", field: "application" },
  u: { pattern: ".*?", field: "user" },
  d: { pattern: ".*?", field: "database" },
  r: { pattern: "(?:\\[local\\]|\\S+?\\(\\d+\\))?" },
  h: { pattern: ".*?" },
  L: { pattern: ".*?" },
  b: { pattern: ".*?" },
  p: { pattern: "\\d+", field: "pid" },
  P: { pattern: "\\d*" },
  t: { pattern: SECONDS, field: "time" },
  m: { pattern: MILLISECONDS, field: "time" },
  n: { pattern: "\\d+\\.\\d{3}", field: "epoch" },
  i: { pattern: ".*?" },
  e: { pattern: "[0-9A-Z]{5}" },
  c: { pattern: "[0-9a-f]+\\.[0-9a-f]+", field: "session" },
  l: { pattern: "\\d+" },
  s: { pattern: SECONDS },
  v: { pattern: "[-\\d/]*" },
  x: { pattern: "\\d*" },
  Q: { pattern: "-?\\d*" },
};

/**
 * Makes a matcher of a `log_line_prefix` setting, with each escape of PostgreSQL 12 to 18 and padding (`%-10u`).
 * What follows `%q` is optional. White space at the end does not count.
 */
export function compilePrefix(template: string): PrefixMatcher {
  const taken = new Set<string>();
  let source = "";
  let optional = "";
  for (const [token, padding = "", letter] of template
    .trimEnd()
    .matchAll(/%(-?\d+)?([A-Za-z%])|[^]/g)) {
    if (letter === undefined) {
      // A lone `%` at the end prints nothing.
      if (token !== "%") source += literal(token);
    } else if (letter === "%") {
      source += "%";
    } else if (letter === "q") {
      source += "(?:";
      optional += ")?";
    } else {
      // Unknown escapes print nothing.
      const escape = ESCAPES[letter];
      if (escape === undefined) continue;
      const { pattern, field } = escape;
      const group =
        field === undefined || taken.has(field) ? `(?:${pattern})` : `(?<${field}>${pattern})`;
      if (field !== undefined) taken.add(field);
      // Padded, an empty value of a number is blanks alone.
      source += padding === "" ? group : ` *(?:${group})? *`;
    }
  }
  const expression = new RegExp(`^${source}\\s*${optional}\\s*$`);
  return (prefix) => {
    const groups = expression.exec(prefix)?.groups ?? (expression.test(prefix) ? {} : undefined);
    if (groups === undefined) return undefined;
    return {
      time: groups["time"],
      epoch: groups["epoch"],
      pid: groups["pid"],
      session: groups["session"],
      user: known(groups["user"]),
      database: known(groups["database"]),
      application: known(groups["application"]),
    };
  };
}

/** The server prints `[unknown]` where a session has not said a name. */
function known(value: string | undefined): string | undefined {
  return value === undefined || value === "" || value === "[unknown]" ? undefined : value;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
}
