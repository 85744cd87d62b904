import type {
  Catalog,
  Column,
  ForeignKey,
  Index,
  IndexKey,
  Table,
  TableName,
} from "../../catalog/catalog.ts";
import {
  type IndexUsage,
  type NodeUsage,
  type Snapshot,
  SNAPSHOT_VERSION,
  type TableUsage,
} from "../../catalog/snapshot.ts";
import type { Plan, PlanResult } from "../../whatif/plan.ts";
import type { IndexConfiguration, Planner } from "../../whatif/planner.ts";
import type { TableUse } from "../../workload/statement.ts";
import type { Query, Workload } from "../../workload/workload.ts";
import type { Engine } from "../../engine.ts";
import { type FindingContext, serverContext } from "../finding-context.ts";

export const CAPTURED_AT = "2026-06-01T00:00:00Z";

/** ISO time so many days before the capture. */
export function daysAgo(days: number): string {
  return new Date(Date.parse(CAPTURED_AT) - days * 86_400_000).toISOString();
}

/** `a`, `a desc`, `a desc nulls last`, `lower(a)`. */
export function aKey(text: string): IndexKey {
  const [, expression = text, desc, nulls] =
    /^(.+?)( desc)?(?: nulls (first|last))?$/.exec(text) ?? [];
  return {
    column: /^\w+$/.test(expression) ? expression : null,
    expression,
    direction: desc ? "desc" : "asc",
    nulls: nulls === "first" || nulls === "last" ? nulls : desc ? "first" : "last",
    operatorClass: null,
    collation: null,
  };
}

/** A valid, plain btree of 1,000 pages. */
export function anIndex(
  index: Partial<Index> & { readonly name: string },
  ...keys: readonly string[]
): Index {
  return {
    definition: `CREATE INDEX ${index.name} ON public.t USING btree (${keys.join(", ")})`,
    method: "btree",
    keys: keys.map(aKey),
    include: [],
    predicate: null,
    unique: false,
    nullsNotDistinct: false,
    primary: false,
    constraint: null,
    valid: true,
    building: false,
    clustered: false,
    replicaIdentity: false,
    parent: null,
    expressionStatistics: false,
    pages: 1_000,
    rows: 100_000,
    ...index,
  };
}

/** The index of a constraint. */
export function aPrimaryKey(...keys: readonly string[]): Index {
  return anIndex({ name: "t_pkey", unique: true, primary: true, constraint: "t_pkey" }, ...keys);
}

export function aColumn(name: string, column: Partial<Column> = {}): Column {
  return {
    name,
    type: "integer",
    notNull: false,
    collation: null,
    generated: null,
    length: 4,
    alignment: 4,
    ...column,
  };
}

/** `public.t` with 100,000 rows. */
export function aTable(table: Partial<Table>): Table {
  return {
    schema: "public",
    name: "t",
    kind: "table",
    columns: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    partitionKey: null,
    partitionOf: null,
    inherits: [],
    replicaIdentity: "default",
    rows: 100_000,
    pages: 2_000,
    allVisiblePages: 2_000,
    currentPages: 2_000,
    ...table,
  };
}

export function aForeignKey(columns: readonly string[], key: Partial<ForeignKey> = {}): ForeignKey {
  return {
    name: `${columns.join("_")}_fkey`,
    columns,
    references: { schema: "public", name: "parent" },
    referencedColumns: columns.map((_, position) => `k${position}`),
    onDelete: "no action",
    definition: "",
    ...key,
  };
}

export function aCatalog(tables: readonly Table[]): Catalog {
  return { tables, views: [], searchPath: ["public"] };
}

export function publicName(name: string): TableName {
  return { schema: "public", name };
}

/** Zero counters of every index and table of the catalog but those given, on a primary that no replica follows, over 35 days. */
export function aNode(
  catalog: Catalog,
  node: Partial<Omit<NodeUsage, "indexes" | "tables">> & {
    readonly scans?: Readonly<Record<string, Partial<IndexUsage>>>;
    readonly rows?: Readonly<Record<string, Partial<TableUsage>>>;
  } = {},
): NodeUsage {
  const { scans = {}, rows = {}, ...rest } = node;
  return {
    node: "db1:5432/shop",
    role: "primary",
    capturedAt: CAPTURED_AT,
    since: daysAgo(35),
    standbys: 0,
    indexes: catalog.tables.flatMap((table) =>
      table.indexes.map((index) => ({
        index: { schema: table.schema, name: index.name },
        scans: 0,
        tuplesRead: 0,
        tuplesFetched: 0,
        lastScan: null,
        ...scans[index.name],
      })),
    ),
    tables: catalog.tables.map((table) => ({
      table: { schema: table.schema, name: table.name },
      sequentialScans: 0,
      sequentialRows: 0,
      inserts: 0,
      updates: 0,
      hotUpdates: 0,
      deletes: 0,
      modifiedSinceAnalyze: 0,
      lastAnalyze: null,
      ...rows[table.name],
    })),
    ...rest,
  };
}

/** A query that uses one table. */
export function aQuery(table: string, sql: string, use: Partial<TableUse> = {}): Query {
  return {
    fingerprint: sql,
    sql,
    calls: 10,
    totalMs: 100,
    rows: undefined,
    samples: [],
    sources: ["test"],
    callSites: [],
    statement: {
      kind: "select",
      tables: [
        {
          table: publicName(table),
          predicates: [],
          order: [],
          group: [],
          columns: "*",
          written: [],
          limited: false,
          ...use,
        },
      ],
      unresolved: [],
    },
  };
}

/** Stands in for a real planner: `cost` says what a query costs without the hidden indexes (their names). */
export function fakePlanner(
  cost: (sql: string, hidden: ReadonlySet<string>) => number | string,
): Planner {
  const plan = (
    { sql }: { readonly sql: string },
    shown: string,
    configuration: IndexConfiguration,
  ): PlanResult => {
    const answer = cost(sql, new Set(configuration.hide.map((index) => index.name)));
    if (typeof answer === "string") return { ok: false, reason: answer };
    const made: Plan = {
      cost: answer,
      rows: 1,
      indexes: [],
      candidates: [],
      scans: [],
      lines: [`${shown}: cost ${answer}`],
    };
    return { ok: true, plan: made };
  };
  return {
    name: "fake planner",
    capabilities: { hypotheticalIndexes: false, hideIndexes: true, verifies: true },
    gaps: [],
    propose: async (candidates) =>
      candidates.map((candidate) => ({ candidate, accepted: false, reason: "fake planner" })),
    plan: async (query, configuration, sample) => plan(sample ?? query, query.sql, configuration),
    calls: () => ({ requests: 0, planned: 0, milliseconds: 0 }),
    close: async () => {},
  };
}

/** A context of tables, by default with counters of 35 days on one primary, no workload and no planner. */
export function aContext(
  engine: Pick<Engine, "ddl" | "indexForms" | "words">,
  tables: readonly Table[],
  parts: {
    readonly nodes?: readonly NodeUsage[];
    readonly queries?: readonly Query[];
    readonly planner?: Planner;
    readonly selection?: FindingContext["selection"];
    readonly server?: Partial<Snapshot["server"]>;
  } = {},
): FindingContext {
  const catalog = aCatalog(tables);
  const snapshot: Snapshot = {
    format: "dbadvise-snapshot",
    version: SNAPSHOT_VERSION,
    capturedAt: CAPTURED_AT,
    server: {
      engine: "PostgreSQL",
      version: "18.0",
      versionNumber: 180_000,
      database: "shop",
      ...parts.server,
    },
    values: true,
    settings: {},
    prelude: [],
    catalog,
    statistics: [],
    extendedStatistics: [],
    nodes: parts.nodes ?? [aNode(catalog)],
    workload: null,
    gaps: [],
  };
  const workload: Workload = {
    queries: parts.queries ?? [],
    skipped: [],
    ignoredCalls: 0,
    seconds: undefined,
  };
  return {
    snapshot,
    workload,
    planner: parts.planner ?? null,
    selection: parts.selection ?? null,
    ...serverContext({ ...engine, reviewQuery: async () => [] }, snapshot),
    now: new Date(CAPTURED_AT),
  };
}
