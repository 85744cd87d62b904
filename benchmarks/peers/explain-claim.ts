import type { Finding, Index, Report, Snapshot, Table } from "@dbadvise/advisor";
import type { Claim } from "./peer-claims.ts";

export interface Verdict {
  readonly agreed:
    | "advised"
    | "the other of the two is advised"
    | "named, not advised"
    | "rejected"
    | "unexplained";
  /** Without names and numbers, so that alike ones can be counted. */
  readonly reason: string;
  readonly example: string;
}

/** What the report says about a peer's claim; where it says nothing, what the catalog says. */
export function explainClaim(claim: Claim, report: Report, snapshot: Snapshot): Verdict {
  const table = snapshot.catalog.tables.find(({ name }) => name === claim.table);
  const index = table?.indexes.find(({ name }) => name === claim.index);
  const instead = table?.indexes.find(({ name }) => name === claim.instead) ?? null;
  const example = [claim, claim.instead]
    .map((each) =>
      typeof each === "string" || each === null ? each : `${each.table}.${each.index}`,
    )
    .filter((each) => each !== null)
    .map((name) =>
      name === claim.instead
        ? `beside ${describe(instead)}`
        : `${claim.table}: ${describe(index ?? null)}`,
    )
    .join(" ");
  const found = drops(report).filter(({ object }) => object.table === claim.table);
  const own = found.filter(({ object }) => object.name === claim.index);
  const advised = own.find(({ ddl }) => ddl !== null);
  if (claim.kind === "shorten")
    return {
      agreed: "rejected",
      reason:
        "the server stores the index with the primary key's columns either way: shortened it is the same",
      example,
    };
  if (advised) return { agreed: "advised", reason: advised.code, example };
  const other = found.find(
    ({ object, ddl }) => ddl !== null && claim.instead !== null && object.name === claim.instead,
  );
  if (other)
    return {
      agreed: "the other of the two is advised",
      reason: `${other.code}: ${other.code === "unused-index" ? "nothing reads the other one, so that one goes" : orderReason(index, instead, snapshot)}`,
      example,
    };
  if (own[0] !== undefined)
    return { agreed: "named, not advised", reason: againstLines(own), example };
  const reason =
    index === undefined || table === undefined
      ? null
      : structure(index, instead, table, found, snapshot);
  return reason === null
    ? { agreed: "unexplained", reason: "", example }
    : { agreed: "rejected", reason, example };
}

export function drops(report: Report): readonly Finding[] {
  return report.findings.filter(({ code }) =>
    ["duplicate-index", "redundant-index", "unused-index"].includes(code),
  );
}

/** The evidence that holds a drop back. */
function againstLines(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ code, evidence }) =>
    evidence
      .filter(
        ({ verdict, check }) =>
          verdict === "against" ||
          (verdict === "unknown" && check === "replan") ||
          (verdict === "unknown" && code === "unused-index"),
      )
      .map(({ detail }) => plain(detail)),
  );
  return [...new Set(lines)].join("; ");
}

/** The sentence without names, numbers and what follows a colon. */
export function plain(detail: string): string {
  return detail
    .replaceAll(/dbadvise_test_\w+\.?/g, "")
    .replaceAll(/\b(?:c\d+(?:\.\w+)?|i\d+|c\d+_a|row_key)\b/g, "X")
    .replaceAll(/(?:X, )+X(?: and \d+ more)?/g, "others")
    .replaceAll(/[\d.,]*\d/g, "N")
    .replaceAll(/\((?:[a-z]\w*(?:, )?)+\)/g, "(...)")
    .replaceAll(/127\S*/g, "the server");
}

function structure(
  index: Index,
  instead: Index | null,
  table: Table,
  found: readonly Finding[],
  snapshot: Snapshot,
): string | null {
  if (index.unique)
    return "it is unique: it keeps rows apart, which no counter shows and no other index does";
  if (instead !== null) {
    if (instead.visible === false && index.visible !== false)
      return "the index that is to do its work is hidden from plans";
    const cut = instead.keys.findIndex(
      ({ prefix }, at) => (prefix ?? Infinity) < (index.keys[at]?.prefix ?? Infinity),
    );
    if (cut >= 0 && cut < index.keys.length)
      return "the index that is to do its work holds only the first characters of a key";
    const turned = index.keys.some(
      ({ direction }, at) => direction !== instead.keys[at]?.direction,
    );
    if (turned) return "the keys stand in different directions";
    if (index.method !== instead.method) return "the two are of different kinds";
    if (found.some(({ object, ddl }) => object.name === instead.name && ddl !== null))
      return "the other one is advised";
  }
  const scans = snapshot.nodes.flatMap(({ indexes }) =>
    indexes
      .filter((usage) => usage.index.name === `${table.name}.${index.name}`)
      .map((usage) => usage.scans),
  );
  if (scans.some((count) => count > 0)) return "its counters show reads";
  const twin = found.find(
    ({ code, object, ddl }) =>
      code === "duplicate-index" && ddl !== null && object.name !== index.name,
  );
  if (twin) return "another one does the same and is advised: this one is what stays";
  return null;
}

function orderReason(index: Index | undefined, instead: Index | null, snapshot: Snapshot): string {
  if (index?.unique) return "the one that keeps rows unique stays";
  if (
    index &&
    instead &&
    snapshot.catalog.tables.some(
      ({ indexes, rowIndex }) =>
        indexes.includes(index) &&
        rowIndex !== undefined &&
        index.keys.length !== instead.keys.length,
    )
  )
    return "the two are the same behind the primary key's columns, either can go";
  const shorter = (one: Index, other: Index): boolean =>
    one.keys.some(({ prefix }, at) => (prefix ?? Infinity) < (other.keys[at]?.prefix ?? Infinity));
  if (index && instead && shorter(instead, index)) return "the one that holds whole values stays";
  return "the two are the same, either can go";
}

export function describe(index: Index | null): string {
  if (index === null) return "?";
  const keys = index.keys.map(
    ({ column, expression, prefix, direction }) =>
      `${column ?? expression}${prefix === undefined ? "" : `(${prefix})`}${direction === "desc" ? " desc" : ""}`,
  );
  const kind = index.primary
    ? "primary key"
    : index.unique
      ? "unique"
      : index.method === "fulltext"
        ? "fulltext"
        : "";
  return `${kind} (${keys.join(", ")})${index.visible === false ? " hidden" : ""}`.trim();
}
