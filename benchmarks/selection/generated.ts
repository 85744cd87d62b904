import type { ColumnStatistics, EventSource, QueryEvent, Snapshot, Table } from "@dbadvise/advisor";
import { randomNumbers } from "@dbadvise/testkit";

/** Columns of every generated table beside its id: their distinct values, or a share of the rows where negative. */
const COLUMNS = [
  ["parent_id", -0.05],
  ["owner", 5_000],
  ["status", 6],
  ["kind", 200],
  ["amount", -0.5],
  ["placed", -0.9],
] as const;

/** The same numbers from 0 up to `below` for the same seed: mulberry32. */
export function randomOf(seed: number): (below: number) => number {
  const random = randomNumbers(seed * 0x9e3779b9);
  return (below) => random() * below;
}

/** A database that nobody filled: tables of 10,000 to 3,000,000 rows with the statistics of even values. */
export function generatedSnapshot({ seed, tables }: { seed: number; tables: number }): Snapshot {
  const random = randomOf(seed);
  const names = Array.from({ length: tables }, (_, number) => `t${number}`);
  const made = names.map((name): Table => {
    const rows = Math.round(10_000 * 300 ** random(1));
    const pages = Math.ceil(rows / (60 + random(60)));
    return {
      schema: "public",
      name,
      kind: "table",
      columns: ["id", ...COLUMNS.map(([column]) => column)].map((column) => ({
        name: column,
        type: "integer",
        notNull: true,
        collation: null,
        generated: null,
        length: 4,
        alignment: 4,
      })),
      indexes: [
        {
          name: `${name}_pkey`,
          definition: `CREATE UNIQUE INDEX ${name}_pkey ON public.${name} USING btree (id)`,
          method: "btree",
          keys: [
            {
              column: "id",
              expression: "id",
              direction: "asc",
              nulls: "last",
              operatorClass: null,
              collation: null,
            },
          ],
          include: [],
          predicate: null,
          unique: true,
          nullsNotDistinct: false,
          primary: true,
          constraint: `${name}_pkey`,
          constraintDefinition: "PRIMARY KEY (id)",
          valid: true,
          building: false,
          clustered: false,
          replicaIdentity: false,
          parent: null,
          expressionStatistics: false,
          pages: Math.ceil(rows / 366),
          rows,
        },
      ],
      foreignKeys: [],
      checks: [],
      partitionKey: null,
      partitionOf: null,
      inherits: [],
      replicaIdentity: "default",
      rows,
      pages,
      allVisiblePages: Math.floor(pages * random(1)),
      currentPages: pages,
    };
  });
  return {
    format: "dbadvise-snapshot",
    version: 1,
    capturedAt: "2026-01-01T00:00:00Z",
    server: {
      engine: "PostgreSQL",
      version: "18.0",
      versionNumber: 180_000,
      database: "generated",
    },
    values: true,
    settings: {},
    prelude: [],
    catalog: { tables: made, views: [], searchPath: ["public"] },
    statistics: made.flatMap((table) => [
      statisticsOf(table, "id", -1, 1),
      ...COLUMNS.map(([column, distinct]) =>
        statisticsOf(table, column, distinct, column === "placed" ? 0.95 : random(1) - 0.5),
      ),
    ]),
    extendedStatistics: [],
    nodes: [],
    workload: null,
    gaps: [],
  };
}

function statisticsOf(
  table: Table,
  column: string,
  distinct: number,
  correlation: number,
): ColumnStatistics {
  const most = distinct < 0 ? -distinct * table.rows : distinct;
  const bounds = Array.from({ length: 101 }, (_, step) => Math.floor((step * most) / 100));
  const few = most <= 100;
  return {
    relation: { schema: table.schema, name: table.name },
    column,
    inherited: false,
    nullFraction: 0,
    averageWidth: 4,
    distinct,
    correlation,
    commonValues: few ? `{${Array.from({ length: most }, (_, value) => value).join(",")}}` : null,
    commonFrequencies: few ? Array.from({ length: most }, () => 1 / most) : null,
    histogram: few ? null : `{${[...new Set(bounds)].join(",")}}`,
    commonElements: null,
    commonElementFrequencies: null,
    elementCountHistogram: null,
    rangeLengthHistogram: null,
    rangeEmptyFraction: null,
    rangeBoundsHistogram: null,
  };
}

/** Shapes of one and two tables with placeholders, each called a few to many times. */
export function generatedWorkload(size: {
  readonly seed: number;
  readonly tables: number;
  readonly queries: number;
}): EventSource {
  const random = randomOf(size.seed + 1_000);
  const texts = new Set<string>();
  while (texts.size < size.queries) texts.add(generatedText(random, size.tables));
  const events = [...texts].map((sql): QueryEvent => ({
    sql,
    calls: Math.ceil(1_000 ** random(1)),
    totalMs: undefined,
  }));
  return {
    name: "generated",
    events: (async function* () {
      yield* events;
    })(),
    summary: () => ({ records: events.length, unread: 0, seconds: undefined }),
  };
}

function generatedText(random: (below: number) => number, tables: number): string {
  const table = (): string => `t${Math.floor(random(tables))}`;
  const columns = COLUMNS.map(([column]) => column).toSorted(() => random(1) - 0.5);
  const [a = "owner", b = "kind", c = "amount"] = columns;
  const shapes = [
    () => `select * from ${table()} where ${a} = $1`,
    () => `select * from ${table()} where ${a} = $1 and ${b} = $2`,
    () => `select ${c} from ${table()} where ${a} = $1 and ${b} > $2 and ${b} < $3`,
    () => `select * from ${table()} where ${a} = $1 order by ${b} desc limit 10`,
    () => `select ${a}, count(*) from ${table()} where ${b} = $1 group by ${a}`,
    () =>
      `select x.*, y.${c} from ${table()} x join ${table()} y on y.parent_id = x.id where x.${a} = $1`,
    () =>
      `select x.${c} from ${table()} x join ${table()} y on y.owner = x.owner where x.${a} = $1 and y.${b} = $2`,
    () => `select * from ${table()} where ${a} in ($1, $2) and ${b} = $3 and ${c} < $4`,
  ];
  return shapes[Math.floor(random(shapes.length))]?.() ?? "";
}
