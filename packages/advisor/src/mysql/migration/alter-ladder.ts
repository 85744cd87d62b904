import type { TableName } from "../../catalog/catalog.ts";
import { statementTokens, type Token } from "../tokens.ts";

/** A way to change a table, as ALGORITHM and LOCK ask for it. */
export interface Rung {
  readonly algorithm: "INSTANT" | "NOCOPY" | "INPLACE" | "COPY";
  /** `null`: not asked for. INSTANT takes none. */
  readonly lock: "NONE" | "SHARED" | "EXCLUSIVE" | null;
}

/**
 * From the way that disturbs least to the one that disturbs most. A server refuses what it can't do before it does anything. NOCOPY
 * is MariaDB's: INPLACE without a rebuild of the table.
 */
const LADDER: readonly Rung[] = [
  { algorithm: "INSTANT", lock: null },
  { algorithm: "NOCOPY", lock: "NONE" },
  { algorithm: "INPLACE", lock: "NONE" },
  { algorithm: "INPLACE", lock: "SHARED" },
  { algorithm: "INPLACE", lock: "EXCLUSIVE" },
  { algorithm: "COPY", lock: "NONE" },
  { algorithm: "COPY", lock: "SHARED" },
  { algorithm: "COPY", lock: "EXCLUSIVE" },
];

/** Where a statement says how it is to be done. */
interface Place {
  /** Characters before it; `null`: at the end. */
  readonly at: number | null;
  /** What separates it from what follows. */
  readonly separator: "," | "";
}

/**
 * The statement with this rung asked for in place of whatever it asks for itself; `null` for a statement that takes no ALGORITHM.
 */
export function withRung(text: string, { algorithm, lock }: Rung): string | null {
  const sql = asAlterTable(text);
  const all = statementTokens(sql);
  const place = placeOf(all);
  if (place === null) return null;
  const plain = withoutChoice(sql, all);
  const wanted = [`ALGORITHM=${algorithm}`, ...(lock === null ? [] : [`LOCK=${lock}`])];
  if (place.at === null) return `${plain} ${wanted.join(" ")}`;
  return `${plain.slice(0, place.at).trimEnd()} ${wanted.join(", ")}${place.separator} ${plain.slice(place.at).trimStart()}`;
}

/** The table that a statement alters in a way that ALGORITHM is asked for; `null` for all other statements. */
export function alteredTable(text: string, schema: string): TableName | null {
  const all = statementTokens(asAlterTable(text));
  const at = tableAt(all);
  if (at === null) return null;
  const [first, dot, second] = all.slice(at, at + 3);
  if (first === undefined) return null;
  return dot?.value === "." && second !== undefined
    ? { schema: nameOf(first), name: nameOf(second) }
    : { schema, name: nameOf(first) };
}

/** Whether it adds or drops partitions: files come and go though none is written anew. */
export function changesPartitions(text: string): boolean {
  const all = statementTokens(text);
  return all.some((token, at) => isWord(token, "PARTITION") && isWord(all[at - 1], "ADD", "DROP"));
}

function isWord(token: Token | undefined, ...values: readonly string[]): boolean {
  return token?.kind === "word" && values.includes(token.value);
}

function nameOf({ kind, text, value }: Token): string {
  return kind === "name" ? value : text;
}

/** DROP INDEX as what it stands for: MariaDB's takes no ALGORITHM. */
function asAlterTable(sql: string): string {
  const all = statementTokens(sql);
  if (all[0]?.value !== "DROP" || all[1]?.value !== "INDEX") return sql;
  const on = all.findIndex(({ kind, value }) => kind === "word" && value === "ON");
  const qualified = all[on + 2]?.value === ".";
  const last = all[on + (qualified ? 3 : 1)];
  if (on === -1 || last === undefined) return sql;
  const index = sql.slice(all[2]?.start, all[on]?.start).trim();
  return `ALTER TABLE ${sql.slice(all[on + 1]?.start, last.end)} DROP INDEX ${index}`;
}

/** The rungs that a statement leaves open: all, unless it says itself how it is to be done. */
export function rungsFor(sql: string): readonly Rung[] {
  const all = statementTokens(sql);
  const asked = new Map(
    choices(all).map(([first, last]) => [all[first]?.value, all[last]?.value] as const),
  );
  const allows = (part: "ALGORITHM" | "LOCK", value: string | null): boolean => {
    const wanted = asked.get(part) ?? "DEFAULT";
    return wanted === "DEFAULT" || value === null || wanted === value;
  };
  return LADDER.filter(
    ({ algorithm, lock }) => allows("ALGORITHM", algorithm) && allows("LOCK", lock),
  );
}

/** Position of the table's name. */
function tableAt(all: readonly Token[]): number | null {
  const words = all.slice(0, 5).map(({ kind, value }) => (kind === "word" ? value : ""));
  const [first] = words;
  if (first === "CREATE" && words.includes("INDEX")) {
    const on = all.findIndex((token) => isWord(token, "ON"));
    return on === -1 ? null : on + 1;
  }
  const table = first === "ALTER" ? words.indexOf("TABLE") : -1;
  if (table === -1) return null;
  return isWord(all[table + 1], "IF") ? table + 3 : table + 1;
}

function placeOf(all: readonly Token[]): Place | null {
  let at = tableAt(all);
  if (at === null) return null;
  if (isWord(all[0], "CREATE")) return { at: null, separator: "," };
  at += all[at + 1]?.value === "." ? 3 : 1;
  if (isWord(all[at], "WAIT")) at += 2;
  if (isWord(all[at], "NOWAIT")) at += 1;
  const clause = all[at];
  if (clause === undefined) return null;
  // Grammar of both servers: no comma before PARTITION BY and REMOVE PARTITIONING.
  const bare =
    (isWord(clause, "PARTITION") && isWord(all[at + 1], "BY")) ||
    (isWord(clause, "REMOVE") && isWord(all[at + 1], "PARTITIONING"));
  return { at: clause.start, separator: bare ? "" : "," };
}

/** First and last token of each `ALGORITHM = x` and `LOCK = x` outside parentheses. */
function choices(all: readonly Token[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let depth = 0;
  for (const [at, { kind, value }] of all.entries()) {
    if (kind === "symbol" && value === "(") depth += 1;
    if (kind === "symbol" && value === ")") depth -= 1;
    if (depth > 0 || kind !== "word" || (value !== "ALGORITHM" && value !== "LOCK")) continue;
    const previous = all[at - 1]?.value;
    // A name otherwise: `ADD COLUMN lock int`.
    const leads =
      previous === "," || previous === ")" || isValue(all, at - 1) || isTableName(all, at);
    if (!leads) continue;
    found.push([at, all[at + 1]?.value === "=" ? at + 2 : at + 1]);
  }
  return found;
}

function isValue(all: readonly Token[], at: number): boolean {
  return /^(?:DEFAULT|INSTANT|NOCOPY|INPLACE|COPY|NONE|SHARED|EXCLUSIVE)$/.test(
    all[at]?.value ?? "",
  );
}

/** Right behind the table of ALTER TABLE or DROP INDEX. */
function isTableName(all: readonly Token[], at: number): boolean {
  const before = all[at - 2]?.value;
  return (
    before === "TABLE" || before === "ON" || (before === "." && all[at - 4]?.value === "TABLE")
  );
}

/** Spaces in its place, so that positions stay; commas that separate nothing any more go with it. */
function withoutChoice(sql: string, all: readonly Token[]): string {
  const chosen = choices(all);
  if (chosen.length === 0) return sql.trimEnd();
  const table = tableAt(all);
  /** Nothing to separate stands before what is right behind it: the table, then commas that go. */
  let last = table === null ? undefined : all[all[table + 1]?.value === "." ? table + 2 : table];
  const gone = chosen.map(
    ([from, to]) => [all[from]?.start ?? 0, all[to]?.end ?? sql.length] as const,
  );
  const left = all.filter((_, at) => !chosen.some(([from, to]) => at >= from && at <= to));
  for (const [at, token] of left.entries()) {
    if (token.kind !== "symbol" || token.value !== ",") continue;
    const next = left[at + 1];
    if (next !== undefined && next.value !== "," && left[at - 1] !== last) continue;
    gone.push([token.start, token.end]);
    if (left[at - 1] === last) last = token;
  }
  let text = sql;
  for (const [from, to] of gone)
    text = text.slice(0, from) + " ".repeat(to - from) + text.slice(to);
  return text.trimEnd();
}
