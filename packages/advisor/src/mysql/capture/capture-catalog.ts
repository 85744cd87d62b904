import { type Catalog, tableKey } from "../../catalog/catalog.ts";
import type { CaptureGap, SequenceUsage } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { ownAlias } from "../own-alias.ts";
import { readRows } from "../read-rows.ts";
import { readCachedPages } from "./cached-pages.ts";
import { captureIndexes, rowIndexName } from "./capture-indexes.ts";
import { captureSequences } from "./capture-sequences.ts";
import type { ServerFacts } from "./capture-server.ts";
import {
  captureColumns,
  captureDefinitions,
  captureIncoming,
  capturePartitioning,
  captureTableFacts,
  toTable,
} from "./capture-tables.ts";
import { captureViews } from "./capture-views.ts";
import { NO_INDEPENDENT_STATISTICS, readIndependentStatistics } from "./independent-statistics.ts";
import { type InnodbStatistics, readInnodbStatistics } from "./innodb-statistics.ts";
import { printedConstraints } from "./printed-constraints.ts";
import { withRequiredIndexes } from "./required-indexes.ts";

export interface CapturedCatalog {
  readonly catalog: Catalog;
  readonly lastValues: readonly SequenceUsage[];
  readonly gaps: readonly CaptureGap[];
}

/** Structure and sizes of the session's database. */
export async function captureCatalog(
  session: Session,
  facts: ServerFacts,
): Promise<CapturedCatalog> {
  const schema = facts.server.database;
  const gaps: CaptureGap[] = [];
  const innodb = await readInnodbStatistics(session).catch((): InnodbStatistics => {
    gaps.push({
      object: "mysql.innodb_index_stats",
      reason: `This account may not read it: sizes of single indexes are estimated, and how many rows share the first columns of an index is known to the end of its own columns only. GRANT SELECT ON mysql.innodb_index_stats TO ${facts.account}.`,
    });
    return new Map();
  });
  const cached = facts.traits.tellsCachedPages
    ? await readCachedPages(session, schema).catch(() => {
        gaps.push({
          object: "information_schema.INNODB_CACHED_INDEXES",
          reason: `This account may not read it: how much of each index is in memory is guessed from its size. GRANT PROCESS ON *.* TO ${facts.account}.`,
        });
        return null;
      })
    : null;
  const independent = facts.traits.keepsIndependentStatistics
    ? await readIndependentStatistics(session).catch(() => {
        gaps.push({
          object: "mysql.table_stats, mysql.index_stats",
          reason: `This account may not read them: where the server has statistics of its own, plans go by other numbers than these. GRANT SELECT on both TO ${facts.account}.`,
        });
        return NO_INDEPENDENT_STATISTICS;
      })
    : NO_INDEPENDENT_STATISTICS;
  const found = (await captureTableFacts(session)).map((table) => ({
    ...table,
    rows: independent.rows.get(table.name.toLowerCase()) ?? table.rows,
  }));
  const columns = await captureColumns(session);
  const { definitions, gaps: hidden } = await captureDefinitions(session, schema, found);
  const indexes = await captureIndexes(session, facts, {
    sizes: new Map(found.map((table) => [table.name, table])),
    innodb,
    independent,
    cached,
    definitions,
  });
  const constraints = new Map(
    [...definitions].map(([name, text]) => [name, printedConstraints(text, schema)]),
  );
  const references = [
    ...(await captureIncoming(session, facts)),
    ...[...constraints].flatMap(([name, { foreignKeys }]) =>
      foreignKeys.map((key) => ({ table: { schema, name }, key })),
    ),
  ];
  const partitioning = await capturePartitioning(session);
  const { views, gaps: hiddenViews } = await captureViews(session, schema, facts.account);
  const [step] = await readRows(
    session,
    `select @@global.auto_increment_increment as ${ownAlias("value")}`,
  );
  const { sequences, lastValues } = captureSequences(
    schema,
    found,
    columns,
    Number(step?.[ownAlias("value")] ?? 1),
  );
  const incoming = Map.groupBy(references, ({ key }) => tableKey(key.references));
  const tables = found.map((table) => {
    const key = tableKey({ schema, name: table.name });
    const definition = definitions.get(table.name);
    const own = indexes.get(table.name) ?? [];
    const ownColumns = columns.get(table.name)?.columns ?? [];
    return withRequiredIndexes(
      toTable(table, schema, {
        columns: ownColumns,
        indexes: own,
        foreignKeys: constraints.get(table.name)?.foreignKeys ?? [],
        checks: constraints.get(table.name)?.checks ?? [],
        partitioning: partitioning.get(table.name),
        definition,
        rowIndex: rowIndexName(table.engine, own, ownColumns, definition ?? ""),
      }),
      incoming.get(key) ?? [],
      facts.traits,
    );
  });
  return {
    catalog: { tables, sequences, views, searchPath: [schema] },
    lastValues,
    gaps: [...gaps, ...hidden, ...hiddenViews],
  };
}
