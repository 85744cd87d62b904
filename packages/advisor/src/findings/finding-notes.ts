import type { FindingContext } from "./finding-context.ts";
import { countText } from "./drop-evidence.ts";
import { isForeignKeyIndexed } from "./foreign-key-coverage.ts";
import { indexLabel } from "./index-object.ts";
import { listText } from "./list-text.ts";
import { isSmallTable } from "../catalog/small-table.ts";
import { ownForeignKeys } from "./unindexed-foreign-key.ts";
import { unscannedIndexes } from "./unused-index.ts";

/** Why findings are not there that a reader may expect: what was passed over on purpose, or could not be judged. */
export function findingNotes(context: FindingContext): readonly string[] {
  const { catalog, nodes } = context.snapshot;
  const notes: string[] = [];
  const byPlan = context.workload.queries.filter(({ statement }) => statement.tablesOnly === true);
  if (byPlan.length > 0) {
    const calls = byPlan.reduce((sum, query) => sum + query.calls, 0);
    notes.push(
      `${countText(byPlan.length, "query", "queries")} (${countText(calls, "call", "calls")}) could not be parsed and ${byPlan.length === 1 ? "is" : "are"} known by the server's EXPLAIN only: planned with every set of indexes, but no index was made up for them: ${listText(byPlan.map(({ sql }) => sql))}`,
    );
  }
  if (!nodes.some(({ indexes }) => indexes.length > 0))
    notes.push("unused-index: no usage counters were read, so no index was judged");
  const idle = unscannedIndexes(context).filter(({ table }) => isSmallTable(table, catalog));
  if (idle.length > 0)
    notes.push(
      `unused-index: not judged, since their tables are too small to matter: ${listText(idle.map(indexLabel))}`,
    );
  const keys = catalog.tables
    .filter((table) => isSmallTable(table, catalog))
    .flatMap((table) =>
      ownForeignKeys(table, context)
        .filter((key) => !isForeignKeyIndexed(table, key, catalog))
        .map((key) => `${table.schema}.${table.name}.${key.name}`),
    );
  if (keys.length > 0)
    notes.push(
      `unindexed-foreign-key: not reported, since their tables are too small to matter: ${listText(keys)}`,
    );
  return notes;
}
