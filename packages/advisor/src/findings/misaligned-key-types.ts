import {
  type Catalog,
  type Column,
  estimatedRows,
  type Table,
  type TableName,
  tableKey,
} from "../catalog/catalog.ts";
import { findTable, storageTables } from "../catalog/partitions.ts";
import { isSmallTable } from "../catalog/small-table.ts";
import type { QueryReview } from "../engine.ts";
import type { Query } from "../workload/workload.ts";
import type { Evidence, Finding, QueryImpact } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { reviewsOf } from "./query-reviews.ts";
import { costText, gainImpact, rewriteGain } from "./rewrite-gain.ts";
import { sizeText } from "./size-text.ts";

/** Two columns that refer to one another and are of different types or collations. */
export async function misalignedKeyTypes(context: FindingContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const told = new Set<string>();
  for (const { query, review } of await reviewsOf(context, "misaligned-key-types")) {
    const pair =
      review.other &&
      pairOf(
        context.snapshot.catalog,
        review.table,
        review.columns[0] ?? "",
        review.other.table,
        review.other.column,
      );
    if (pair === undefined || told.has(pairKey(pair))) continue;
    told.add(pairKey(pair));
    findings.push(await castFinding(context, query, review, pair));
  }
  for (const { pair, origin } of referringPairs(context)) {
    const difference = differenceOf(pair);
    if (difference === null || told.has(pairKey(pair))) continue;
    told.add(pairKey(pair));
    const { catalog } = context.snapshot;
    if (isSmallTable(pair.one.table, catalog) && isSmallTable(pair.two.table, catalog)) continue;
    findings.push(plainFinding(pair, origin, difference, context));
  }
  return findings;
}

interface Side {
  readonly table: Table;
  readonly column: Column;
}

interface Pair {
  /** The side that refers, whose type is to be changed unless it is the wider one. */
  readonly one: Side;
  readonly two: Side;
}

function pairOf(
  catalog: Catalog,
  table: TableName,
  column: string,
  otherTable: TableName,
  otherColumn: string,
): Pair | undefined {
  const one = sideOf(catalog, table, column);
  const two = sideOf(catalog, otherTable, otherColumn);
  return one && two && { one, two };
}

function sideOf(catalog: Catalog, name: TableName, column: string): Side | undefined {
  const table = findTable(name, catalog);
  const found = table?.columns.find((each) => each.name === column);
  return table && found && { table, column: found };
}

function pairKey({ one, two }: Pair): string {
  return [one, two]
    .map(({ table, column }) => `${tableKey(table)}\0${column.name}`)
    .toSorted()
    .join("\u0001");
}

/** Foreign keys first, then the columns that queries join. */
function referringPairs({
  snapshot,
  workload,
}: FindingContext): readonly { readonly pair: Pair; readonly origin: string }[] {
  const { catalog } = snapshot;
  const keys = catalog.tables.flatMap((table) =>
    table.foreignKeys.flatMap((key) =>
      key.columns.flatMap((column, at) => {
        const pair = pairOf(
          catalog,
          table,
          column,
          key.references,
          key.referencedColumns[at] ?? "",
        );
        return pair === undefined ? [] : [{ pair, origin: `the foreign key ${key.name} refers` }];
      }),
    ),
  );
  const joins = workload.queries.flatMap((query) =>
    query.statement.tables.flatMap((use) =>
      use.predicates.flatMap(({ role, column, joins: other }) => {
        if (role !== "join" || column === null || other === null) return [];
        const pair = pairOf(catalog, use.table, column, other.table, other.column);
        return pair === undefined
          ? []
          : [{ pair, origin: `${query.calls} calls of a query join it` }];
      }),
    ),
  );
  return [...keys, ...joins];
}

type Difference =
  /** Indexes serve either way. */
  | "width"
  /** One side is converted row by row: indexes on it can't serve. */
  | "conversion"
  | "collation";

const INTEGERS = ["smallint", "integer", "bigint"];
const NUMBERS = [...INTEGERS, "numeric", "real", "double precision"];

function differenceOf({ one, two }: Pair): Difference | null {
  const [a, b] = [one, two].map(({ column }) => plainType(column.type));
  if (a === undefined || b === undefined) return null;
  if (a === b) return one.column.collation === two.column.collation ? null : "collation";
  if (INTEGERS.includes(a) && INTEGERS.includes(b)) return "width";
  return NUMBERS.includes(a) && NUMBERS.includes(b) ? "conversion" : null;
}

/** Without lengths, which change nothing here; `varchar` and `text` are compared as they are. */
function plainType(type: string): string {
  return type.replace(/\(.*?\)/, "").replace(/^character varying$/, "text");
}

/** The side that has to change: the narrower number, so that no value is lost. */
function sideToChange({ one, two }: Pair): { readonly change: Side; readonly keep: Side } {
  const rank = (side: Side): number => NUMBERS.indexOf(plainType(side.column.type));
  return rank(two) >= 0 && rank(two) < rank(one)
    ? { change: two, keep: one }
    : { change: one, keep: two };
}

function label({ table, column }: Side): string {
  return `${table.schema}.${table.name}.${column.name}`;
}

function typeOf({ column }: Side): string {
  return column.collation === null ? column.type : `${column.type} COLLATE ${column.collation}`;
}

/** What the change asks of the server, in numbers. */
function changeEvidence(
  { change, keep }: { readonly change: Side; readonly keep: Side },
  { snapshot: { catalog }, words }: FindingContext,
): Evidence {
  const parts = storageTables(change.table, catalog);
  const rows = parts.reduce((sum, part) => sum + Math.max(0, estimatedRows(part)), 0);
  const bytes = parts.reduce((sum, part) => sum + part.currentPages * 8192, 0);
  return {
    check: "change",
    verdict: "against",
    detail: words.typeChange(
      change.table,
      change.column.name,
      typeOf(keep),
      `${Math.round(rows)} rows, ${sizeText(bytes)}`,
    ),
  };
}

function plainFinding(
  pair: Pair,
  origin: string,
  difference: Difference,
  context: FindingContext,
): Finding {
  const sides = sideToChange(pair);
  const { change, keep } = sides;
  const means = {
    width:
      "indexes serve the comparison either way; the narrower one can run out of values that the other has",
    conversion:
      "one of them is converted row by row, and an index on that one can't serve the join",
    collation: "an index of one collation can't serve a comparison by the other",
  }[difference];
  return {
    code: "misaligned-key-types",
    severity: difference === "width" ? "info" : "warning",
    object: objectOf(change),
    message: `${label(change)} is ${typeOf(change)}, and ${label(keep)}, which it is compared with, is ${typeOf(keep)}: ${means}.`,
    confidence: "verified",
    evidence: [
      {
        check: "types",
        verdict: "for",
        detail: `${origin}: ${label(pair.one)} ${typeOf(pair.one)}, ${label(pair.two)} ${typeOf(pair.two)}`,
      },
      changeEvidence(sides, context),
    ],
    queries: [],
    bytes: null,
    savedMsPerDay: null,
    ddl: null,
    planner: null,
  };
}

function objectOf({ table, column }: Side): Finding["object"] {
  return {
    type: "column",
    schema: table.schema,
    table: table.name,
    name: null,
    columns: [column.name],
  };
}

/** A join by a cast: planned with the cast on the other side, which comes nearest to columns of one type. */
async function castFinding(
  context: FindingContext,
  query: Query,
  review: QueryReview,
  pair: Pair,
): Promise<Finding> {
  const gain = review.rewrite === null ? null : await rewriteGain(context, query, review.rewrite);
  const sides = { change: pair.one, keep: pair.two };
  const queries: readonly QueryImpact[] = gain === null ? [] : [gainImpact(gain, null)];
  const cost =
    gain === null ? "" : `: estimated cost ${costText(gain.before.cost, gain.after.cost)}`;
  return {
    code: "misaligned-key-types",
    severity: gain === null ? "info" : "warning",
    object: objectOf(pair.one),
    message: `${review.part} joins ${typeOf(pair.one)} to ${typeOf(pair.two)}; with both of type ${typeOf(pair.two)} indexes serve either side${cost}.`,
    confidence: gain === null ? "verified" : "estimated",
    evidence: [
      { check: "types", verdict: "for", detail: review.reason },
      gain === null
        ? {
            check: "replan",
            verdict: "unknown",
            detail: "by the planner's estimate the join costs no more for it",
          }
        : {
            check: "replan",
            verdict: "for",
            detail: `planned with ${pair.one.column.name} cast to ${typeOf(pair.two)} in place of the other side; that fails for values which are no ${typeOf(pair.two)}, so no rewrite is given`,
          },
      changeEvidence(sides, context),
    ],
    queries,
    bytes: null,
    savedMsPerDay: null,
    ddl: null,
    planner: context.planner?.name ?? null,
  };
}
