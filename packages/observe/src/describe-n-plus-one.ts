import type { CallSite } from "./call-site.ts";
import type { NPlusOnePattern } from "./n-plus-one-pattern.ts";
import { statementKind } from "./statement-kind.ts";

/** Longer shapes are cut. */
const MAX_SHAPE = 400;
const MAX_SITES = 3;
const MAX_CALLERS = 3;

/** The pattern for people: what was sent, how often, from where, and the change that removes it. No values. */
export function describeNPlusOne(pattern: NPlusOnePattern): string {
  return [
    headline(pattern),
    `    ${shortShape(pattern.shape)}`,
    ...placesOf(pattern).map((place) => `    ${place}`),
    `  ${remedyOf(pattern)}`,
  ].join("\n");
}

/** The lines that sent it; where it is a single one, how the application came there. */
function placesOf({ callSites, stack }: NPlusOnePattern): string[] {
  const more = callSites.length - MAX_SITES;
  return [
    ...callSites.slice(0, MAX_SITES).map((site) => `at ${siteText(site)}`),
    ...(more > 0 ? [`and from ${more} more ${more === 1 ? "line" : "lines"}`] : []),
    ...(callSites.length === 1 ? stack.slice(1, MAX_CALLERS + 1) : []).map(
      (site) => `called from ${siteText(site)}`,
    ),
  ];
}

export function shortShape(shape: string): string {
  return shape.length > MAX_SHAPE ? `${shape.slice(0, MAX_SHAPE)}...` : shape;
}

function headline(pattern: NPlusOnePattern): string {
  const { kind, occurrences, distinctParameters, scopeNames, scopes } = pattern;
  const where = scopeNames.length === 0 ? "one scope" : scopeNames.join(", ");
  const often = scopes > 1 ? ` (in ${scopes} scopes; most in one)` : "";
  return kind === "n-plus-one"
    ? `N+1: ${occurrences} queries of one shape in ${where}, with ${distinctParameters} different lists of parameters${often}`
    : `Duplicate query: ${occurrences} queries of one shape in ${where}, with ${distinctParameters === 1 ? "the same parameters" : `only ${distinctParameters} different lists of parameters`} and no write between${often}`;
}

export function siteText({ file, line, column, function: name }: CallSite): string {
  return `${file}:${line}:${column}${name === undefined ? "" : ` (${name})`}`;
}

/** The change that removes the pattern, in a sentence or two. */
function remedyOf({ kind, shape, queries, overlapping }: NPlusOnePattern): string {
  return kind === "n-plus-one"
    ? batchingOf(shape, overlapping * 2 >= queries)
    : "Ask once and pass the answer on, or load it through a DataLoader of @dbadvise/loader made for each scope: it asks once per key.";
}

/**
 * How many statements of a shape become one. `concurrent`: whether they are known to be sent side by side. Those that wait
 * for a connection of a busy pool are sent one after the other too, so that the contrary is never known.
 */
export function batchingOf(shape: string, concurrent: boolean): string {
  const kind = statementKind(shape);
  if (kind === "locking-read") {
    return "Lock all rows with one query: collect the keys first, then `in (...)` with the same locking clause, ordered by the key so that two callers can't deadlock.";
  }
  if (kind !== "read") {
    return "Send one statement for all rows, such as `insert ... values (...), (...)` or `update` and `delete` with `in (...)`.";
  }
  const one = `One query can do: a DataLoader or the relation ${relationOf(shape)} of @dbadvise/loader`;
  return concurrent
    ? `${one}; on Kysely \`withCoalescing(db)\` merges these concurrent calls with no other change.`
    : `${one}. Where a loop awaits each call, start them together (\`Promise.all\`) or collect the keys first; where they are concurrent already and wait for a connection, \`withCoalescing(db)\` merges them on Kysely.`;
}

function relationOf(shape: string): string {
  if (/^select count\(/i.test(shape)) return "`count`";
  if (/^select exists ?\(/i.test(shape)) return "`exists`";
  // A limit alone is how many an ORM asks for one row.
  const limited = /\border by\b.*\blimit\b/i.test(shape);
  return limited ? "`many` with a limit per key" : "`one` or `many`";
}
