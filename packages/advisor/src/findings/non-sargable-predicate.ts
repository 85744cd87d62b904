import { type Table, tableKey } from "../catalog/catalog.ts";
import { findTable } from "../catalog/partitions.ts";
import { isSmallTable } from "../catalog/small-table.ts";
import type { QueryReview } from "../engine.ts";
import type { ChosenIndex } from "../whatif/select-indexes.ts";
import type { Query } from "../workload/workload.ts";
import type { Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { indexLabel } from "./index-object.ts";
import { isProven, savedMsPerDay } from "./missing-index.ts";
import { reviewsOf } from "./query-reviews.ts";
import { newIndexes, replanEvidence, usedIndexEvidence } from "./rewrite-evidence.ts";
import { costText, gainImpact, isServedAnyway, rewriteGain } from "./rewrite-gain.ts";

/** A condition on a function, a cast or a calculation of a column, which no index on the bare column can serve. */
export async function nonSargablePredicate(context: FindingContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { query, review } of await reviewsOf(context, "non-sargable-predicate")) {
    const table = findTable(review.table, context.snapshot.catalog);
    if (table === undefined || isSmallTable(table, context.snapshot.catalog)) continue;
    const found =
      review.rewrite === null
        ? readsWhole(context, query, review, table)
        : await rewrittenFinding(context, query, review, table);
    if (found !== null) findings.push(found);
  }
  const served = (context.selection?.chosen ?? []).flatMap((chosen) =>
    servedAsExpression(chosen, context, new Set(findings.flatMap(textsOf))),
  );
  return [...mergeByColumn(findings), ...served];
}

function textsOf({ queries }: Finding): readonly string[] {
  return queries.flatMap(({ fingerprint, rewrite }) => (rewrite === null ? [] : [fingerprint]));
}

/** One finding for all queries that hide a column in the same way, under the words for the heaviest. */
function mergeByColumn(findings: readonly Finding[]): readonly Finding[] {
  const groups = Map.groupBy(findings, ({ object, confidence }) =>
    JSON.stringify([object.schema, object.table, object.columns, confidence]),
  );
  return [...groups.values()].flatMap(([first, ...others]): readonly Finding[] => {
    if (first === undefined || others.length === 0) return first === undefined ? [] : [first];
    const all = [first, ...others];
    const evidence = new Map(
      all.flatMap((finding) => finding.evidence).map((line) => [JSON.stringify(line), line]),
    );
    const statements = all.flatMap(({ ddl }) => ddl ?? []);
    return [
      {
        ...first,
        evidence: [...evidence.values()],
        queries: all.flatMap(({ queries }) => queries),
        savedMsPerDay: all.every(({ savedMsPerDay: saved }) => saved !== null)
          ? all.reduce((sum, { savedMsPerDay: saved }) => sum + (saved ?? 0), 0)
          : null,
        ddl:
          statements.length === 0
            ? null
            : {
                apply: [...new Set(statements.flatMap(({ apply }) => apply))],
                undo: [...new Set(statements.flatMap(({ undo }) => undo))],
              },
      },
    ];
  });
}

async function rewrittenFinding(
  context: FindingContext,
  query: Query,
  review: QueryReview,
  table: Table,
): Promise<Finding | null> {
  const { rewrite } = review;
  const gain = rewrite === null ? null : await rewriteGain(context, query, rewrite);
  if (rewrite === null || gain === null) return null;
  // Somebody made an index for the text as it is.
  const expressions = table.indexes.filter(({ keys }) =>
    keys.some(({ column }) => column === null),
  );
  if (expressions.some((index) => gain.before.indexes.includes(indexLabel({ table, index })))) {
    return null;
  }
  const impact = gainImpact(gain, review.same ? rewrite.sql : null);
  const what = review.same
    ? "the rewritten query asks the same of the bare column"
    : "a range of the bare column would let one serve";
  const served = isServedAnyway(context, query);
  return {
    ...base(review, context),
    severity: "warning",
    message: `${review.part} can't use an index on ${review.columns.join(", ")}; ${what}: estimated cost ${costText(gain.before.cost, gain.after.cost)}.`,
    confidence:
      review.same && context.planner?.capabilities.verifies === true ? "verified" : "estimated",
    evidence: [
      {
        check: "same-rows",
        verdict: review.same ? "for" : "unknown",
        detail: review.same
          ? `the rewritten query gives the same rows: ${review.reason}`
          : `no rewrite is given: ${review.reason}`,
      },
      replanEvidence(gain),
      ...usedIndexEvidence(gain, context),
      ...(served
        ? [
            {
              check: "missing-index",
              verdict: "unknown",
              detail:
                "the indexes that missing-index advises for this query as it is save too, and their saving is told there: rewrite first, then ask again",
            } as const,
          ]
        : []),
    ],
    queries: [impact],
    savedMsPerDay: review.same && !served ? savedMsPerDay(context, [impact]) : null,
    ddl: newIndexes(gain, context),
  };
}

function base(
  { table, columns }: Pick<QueryReview, "table" | "columns">,
  context: FindingContext,
): Pick<Finding, "code" | "object" | "bytes" | "planner"> {
  return {
    code: "non-sargable-predicate",
    object: { type: "column", schema: table.schema, table: table.name, name: null, columns },
    bytes: null,
    planner: context.planner?.name ?? null,
  };
}

/** No other words and no index that was tried: told only where the query reads the table whole for it. */
function readsWhole(
  context: FindingContext,
  query: Query,
  review: QueryReview,
  table: Table,
): Finding | null {
  const planned = context.selection?.planned.find(
    (entry) => entry.query.fingerprint === query.fingerprint,
  );
  if (planned === undefined || planned.before.indexes.length > 0) return null;
  if (planned.after.candidates.length > 0) return null;
  return {
    ...base(review, context),
    severity: "info",
    message: `${review.part} can't use a btree index on ${review.columns.join(", ")}: each execution reads ${table.schema}.${table.name} whole.`,
    confidence: "insufficient-evidence",
    evidence: [
      { check: "pattern", verdict: "for", detail: review.reason },
      {
        check: "replan",
        verdict: "unknown",
        detail: "what such an index would cost and save was not planned",
      },
    ],
    queries: [],
    savedMsPerDay: null,
    ddl: null,
  };
}

/** Expressions that stay as they are, and that an advised index holds. Its saving is told there. */
function servedAsExpression(
  chosen: ChosenIndex,
  context: FindingContext,
  rewritten: ReadonlySet<string>,
): readonly Finding[] {
  const { candidate } = chosen;
  const planned = context.selection?.planned ?? [];
  const key = candidate.keys.find(({ column }) => column === null)?.expression;
  if (key === undefined || candidate.method !== "btree") return [];
  // A wider index on an expression that has one is no news about the expression.
  const indexes = findTable(candidate.table, context.snapshot.catalog)?.indexes ?? [];
  if (indexes.some(({ keys }) => keys.some(({ expression }) => expression === key))) return [];
  const queries = chosen.without.flatMap(({ fingerprint, plan }) => {
    const entry = planned.find(({ query }) => query.fingerprint === fingerprint);
    const compared = entry?.query.statement.tables.some(
      (use) =>
        tableKey(use.table) === tableKey(candidate.table) &&
        use.predicates.some(
          ({ role, column, expression }) =>
            role === "equality" && column === null && expression === key,
        ),
    );
    if (entry === undefined || compared !== true || rewritten.has(fingerprint)) return [];
    const gain = { before: plan, after: entry.after, added: [], beforeWithAdded: plan.cost };
    return [gainImpact({ query: entry.query, ...gain }, null)];
  });
  const [first] = queries;
  if (first === undefined) return [];
  const name = context.nameIndex(candidate);
  return [
    {
      ...base({ table: candidate.table, columns: [key] }, context),
      severity: "info",
      message: `${key} can't use an index on the bare column; the index ${name} holds the expression and serves it as it stands: estimated cost ${costText(first.costBefore, first.costAfter)}.`,
      confidence: isProven(context.planner) ? "verified" : "estimated",
      evidence: [
        {
          check: "index",
          verdict: "for",
          detail: `missing-index advises ${name}; it serves exactly this expression and no other`,
        },
      ],
      queries,
      savedMsPerDay: null,
      ddl: null,
    },
  ];
}
