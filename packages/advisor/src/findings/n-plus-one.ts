import type { Repetition } from "../log/repetition.ts";
import type { Predicate, TableUse } from "../workload/statement.ts";
import type { RepeatedQuery } from "../workload/workload.ts";
import type { Evidence, Finding } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";

/** Lines of code of the call path that are told. */
const MAX_FRAMES = 4;

/** A query that one request or job of the application sends again and again, where one query could do. */
export async function nPlusOne(context: FindingContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const repeated of context.workload.repeated ?? []) {
    const [table] = repeated.query.statement.tables;
    // A read of no table repeats for reasons of its own.
    if (table !== undefined) findings.push(await findingFor(repeated, table, context));
  }
  return findings;
}

async function findingFor(
  { query, repetition }: RepeatedQuery,
  { table, predicates }: TableUse,
  { planner }: FindingContext,
): Promise<Finding> {
  const result = await planner?.plan(query, { add: [], hide: [] });
  const plan = result?.ok === true ? result.plan : null;
  const { fingerprint, sql, calls, totalMs } = query;
  const sites = repetition.callSites;
  return {
    code: "n-plus-one",
    severity: repetition.kind === "n-plus-one" ? "warning" : "info",
    object: {
      type: "table",
      schema: table.schema,
      table: table.name,
      name: null,
      columns: keyColumns(predicates),
    },
    message: message(repetition, `${table.schema}.${table.name}`),
    confidence: "verified",
    evidence: evidence(repetition),
    // What can't be planned is still repeated; its lines of code are in the evidence.
    queries:
      plan === null
        ? []
        : [
            {
              fingerprint,
              sql,
              calls,
              totalMs,
              callSites: sites.length > 0 ? sites : query.callSites,
              costBefore: plan.cost,
              costAfter: plan.cost,
              rewrite: null,
              planBefore: [],
              planAfter: [],
            },
          ],
    bytes: null,
    savedMsPerDay: null,
    ddl: null,
    planner: null,
  };
}

/** The columns of the key that the rows are looked up by. */
function keyColumns(predicates: readonly Predicate[]): readonly string[] {
  const columns = predicates.flatMap(({ role, column }) =>
    role === "equality" && column !== null ? [column] : [],
  );
  return [...new Set(columns)];
}

function message(repetition: Repetition, table: string): string {
  const { kind, occurrences, distinctParameters, scopeNames, overlapping, calls } = repetition;
  const where = scopeNames.length === 0 ? "one scope" : scopeNames.join(", ");
  if (kind === "duplicate-query") {
    return `${where} asks ${table} up to ${occurrences} times for the same thing, with no write between: ask once and pass the answer on, or load it through a DataLoader made for each scope.`;
  }
  const change =
    overlapping * 2 >= calls
      ? "on Kysely `withCoalescing(db)` merges these concurrent queries with no other change"
      : "where a loop awaits each, start them together or collect the keys first; where they are concurrent already and wait for a connection, `withCoalescing(db)` merges them on Kysely";
  return `${where} sends up to ${occurrences} queries of one shape to ${table}, with ${distinctParameters} different lists of parameters, where one query could do: a DataLoader or a relation of @dbadvise/loader; ${change}.`;
}

function evidence({
  scopes,
  calls,
  occurrences,
  distinctParameters,
  overlapping,
  stack,
}: Repetition): readonly Evidence[] {
  return [
    {
      check: "capture",
      verdict: "for",
      detail: `counted by the application: ${calls} queries in ${scopes === 1 ? "1 scope" : `${scopes} scopes`}, at most ${occurrences} in one, with up to ${distinctParameters} different lists of parameters`,
    },
    {
      check: "concurrency",
      verdict: overlapping * 2 >= calls ? "for" : "unknown",
      detail: `${overlapping} of ${calls} were sent while another was under way in the same scope${overlapping * 2 >= calls ? "" : "; whether the others were awaited one by one or waited for a connection is not known"}`,
    },
    ...(stack.length > 0
      ? [
          {
            check: "call-path",
            verdict: "for" as const,
            detail: stack
              .slice(0, MAX_FRAMES)
              .map(({ file, line }) => `${file}:${line}`)
              .join(", called from "),
          },
        ]
      : []),
  ];
}
