import { rowIndexOf, type Table } from "../../catalog/catalog.ts";
import type { Session } from "../../engine.ts";
import { quoteIdent } from "../quote-ident.ts";
import { OWN_QUERY, readRows, type TextRow } from "../read-rows.ts";
import { CATALOG_PAGE } from "./capture-indexes.ts";
import { type DividedKey, dividedKey, divideKey, type Stratum } from "./divide-key.ts";
import { ownAlias } from "../own-alias.ts";

/** Tables of so few rows and bytes are read whole. */
const WHOLE_ROWS = 30_000;
const WHOLE_BYTES = 32 * 1024 * 1024;
/** Of other tables so many blocks of neighbouring rows are read, at most a third of the table. */
const BLOCKS = 300;
const BLOCK_ROWS = 100;
/** Blocks that one statement reads: a distant server is not asked 300 times. */
const READ_TOGETHER = 20;
/** Rows of a table that has no key to find others by: its first ones. */
const FIRST_ROWS = 10_000;
/** Number of the first column that a row is known by: no table has so many. */
const IDENTITY = 10_000;

export interface RowSample {
  /** In the order of the key. */
  readonly rows: readonly TextRow[];
  /** For each row the number of its block. */
  readonly blocks: readonly number[];
  /** `whole`: all rows. `blocks`: from all over the table. `first`: its first rows, which need not be like the others. */
  readonly extent: "whole" | "blocks" | "first";
}

/** Where rows are read: chosen once for a table, so that several lists of columns are read at the same places. */
export interface SamplePlan {
  readonly extent: RowSample["extent"];
  /** What follows the list of columns, up to the limit, for each block. */
  readonly blocks: readonly string[];
  /** Rows of each block. */
  readonly limit: number;
  /** What it was divided along. */
  readonly key: DividedKey | null;
  /** SQL of the columns that a row is known by: blocks may overlap. */
  readonly identity: readonly string[];
}

/** Chooses the places that a table's rows are read at; the same for the same random numbers. Reads ends of the key only. */
export async function planSample(
  session: Session,
  table: Table,
  random: () => number,
): Promise<SamplePlan> {
  const index = rowIndexOf(table) ?? table.indexes.find(({ primary }) => primary) ?? null;
  const name = `${quoteIdent(table.schema)}.${quoteIdent(table.name)}`;
  // No secondary index is used: that would be counted, and no index would ever be unused again.
  const from =
    index === null
      ? `from ${name} use index ()`
      : `from ${name} force index (${quoteIdent(index.name)}) order by ${index.keys
          .map(({ expression, direction }) => `${expression} ${direction}`)
          .join(", ")}`;
  if (table.rows <= WHOLE_ROWS && table.pages * CATALOG_PAGE <= WHOLE_BYTES) {
    return { extent: "whole", blocks: [from], limit: WHOLE_ROWS * 2, identity: [], key: null };
  }
  const key = index === null ? null : dividedKey(table, index);
  if (index === null || key === null)
    return { extent: "first", blocks: [from], limit: FIRST_ROWS, identity: [], key: null };
  const count = Math.min(BLOCKS, Math.ceil(table.rows / (3 * BLOCK_ROWS)));
  const strata = await divideKey(session, key, table.rows, count);
  return {
    extent: "blocks",
    blocks: startsIn(strata, count, random).map((start) => blockFrom(key, start)),
    limit: BLOCK_ROWS,
    identity: index.keys.map(({ expression }) => expression),
    key,
  };
}

interface Start {
  readonly stratum: Stratum;
  readonly place: bigint;
}

/** Places at equal distances along the rows, each somewhere in its stratum. In the order of the key. */
function startsIn(
  strata: readonly Stratum[],
  count: number,
  random: () => number,
): readonly Start[] {
  const rows = strata.reduce((sum, stratum) => sum + stratum.rows, 0);
  const step = rows / count;
  const starts: Start[] = [];
  let next = random() * step;
  let passed = 0;
  for (const stratum of strata) {
    passed += stratum.rows;
    for (; next < passed; next += step) {
      const width = Number(stratum.to - stratum.from);
      const place = stratum.from + BigInt(Math.floor(random() * width));
      starts.push({ stratum, place: place > stratum.to ? stratum.to : place });
    }
  }
  return starts;
}

function blockFrom(key: DividedKey, { stratum, place }: Start): string {
  const { fixed, column, scale } = stratum;
  const descending = key.keys[column]?.direction === "desc";
  const name = key.keys[column]?.expression ?? "";
  const conditions = [...fixed, `${name} ${descending ? "<=" : ">="} ${scale.literal(place)}`];
  const order = key.keys.map(({ expression, direction }) => `${expression} ${direction}`);
  return `from ${key.table} where ${conditions.join(" and ")} order by ${order.join(", ")}`;
}

/** Reads a list of columns at the planned places, each row once. `limit`: rows of each block at most. Throws what the server says. */
export async function readSample(
  session: Session,
  plan: SamplePlan,
  columns: string,
  limit: number = plan.limit,
): Promise<RowSample> {
  const rows: TextRow[] = [];
  const blocks: number[] = [];
  const seen = new Set<string>();
  const identity = plan.identity.map((key, at) => `${key} as ${ownAlias(IDENTITY + at)}`);
  const isNew = (row: TextRow): boolean => {
    const key = JSON.stringify(identity.map((_, at) => row[ownAlias(IDENTITY + at)]));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  const list = [columns, ...identity].join(", ");
  let number = 0;
  for (let at = 0; at < plan.blocks.length; at += READ_TOGETHER) {
    const together = plan.blocks.slice(at, at + READ_TOGETHER);
    const found = await readRows(
      session,
      together
        .map(
          (block, place) =>
            `(select ${OWN_QUERY} ${list}, ${place} as ${ownAlias("value")} ${block} limit ${limit})`,
        )
        .join(" union all "),
    );
    for (const [, block] of Map.groupBy(found, (row) => row[ownAlias("value")])) {
      const fresh = identity.length === 0 ? block : block.filter(isNew);
      // One that overlaps the block before goes on from it.
      if (fresh.length === block.length) number++;
      rows.push(...fresh);
      blocks.push(...fresh.map((_, row) => number + Math.floor(row / BLOCK_ROWS)));
    }
  }
  const cut = plan.extent === "whole" && rows.length >= limit;
  return { rows, blocks, extent: cut ? "first" : plan.extent };
}
