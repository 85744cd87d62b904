import type { FindingContext } from "../../findings/finding-context.ts";
import { nPlusOne } from "../../findings/n-plus-one.ts";
import type { SourcePlace } from "../migration.ts";
import type { NewQueries } from "./new-queries.ts";
import type { WorkloadFinding } from "./workload-check.ts";

const ADVICE =
  "Load the rows of all keys with one query; docs/findings/n-plus-one.md says which way is the shortest.";

/** Queries that the test run sent again and again in one unit of work, by the application's own count. */
export async function newNPlusOne(
  { workload, placeOf }: NewQueries,
  context: Omit<FindingContext, "workload">,
): Promise<readonly WorkloadFinding[]> {
  const findings: WorkloadFinding[] = [];
  for (const repeated of workload.repeated ?? []) {
    const { query, repetition } = repeated;
    const own = { ...context, workload: { ...workload, repeated: [repeated] } };
    const [frame] = repetition.stack;
    const place: SourcePlace =
      frame === undefined
        ? placeOf(query)
        : { file: frame.file, line: frame.line, column: frame.column, endLine: frame.line };
    for (const { severity, object, message, evidence, queries } of await nPlusOne(own)) {
      findings.push({
        code: "n-plus-one",
        severity,
        basis: "measured",
        place,
        migration: place.file,
        statement: query.sql,
        object,
        message,
        evidence,
        advice: ADVICE,
        alternative: [],
        queries,
      });
    }
  }
  return findings;
}
