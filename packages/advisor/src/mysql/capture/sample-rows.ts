import type { Column, Index, Table } from "../../catalog/catalog.ts";
import type { Session } from "../../engine.ts";
import { quoteIdent } from "../quote-ident.ts";
import { readRows, type TextRow } from "../read-rows.ts";
import type { ValueKind } from "./value-kind.ts";

/** Tables of so few rows are read whole. */
export const WHOLE_TABLE_ROWS = 20_000;
const BLOCKS = 300;
const BLOCK_ROWS = 100;

/** A column whose values are read, under a short name in the rows. */
export interface SampledColumn {
  readonly column: Column;
  readonly kind: ValueKind;
  readonly alias: string;
}

export interface RowSample {
  readonly rows: readonly TextRow[];
  readonly blocks: readonly number[];
  readonly whole: boolean;
}

/** Rows of a table in the order of its key; `null` where none can be read cheaply. */
export async function sampleRows(
  session: Session,
  table: Table,
  columns: readonly SampledColumn[],
  random: () => number,
): Promise<RowSample | null> {
  const list = columns.map(({ kind, alias }) => `${kind.expression} as ${alias}`).join(", ");
  const from = `${quoteIdent(table.schema)}.${quoteIdent(table.name)}`;
  const key = table.indexes.find(({ primary }) => primary);
  if (table.rows <= WHOLE_TABLE_ROWS) {
    const order = key === undefined ? "" : ` order by ${keyList(key)}`;
    const rows = await readRows(
      session,
      `select ${list} from ${from}${order} limit ${WHOLE_TABLE_ROWS * 2}`,
    );
    return { rows, blocks: rows.map(() => 0), whole: rows.length < WHOLE_TABLE_ROWS * 2 };
  }
  const first = key?.keys[0];
  const type = table.columns.find(({ name }) => name === first?.column)?.type ?? "";
  if (key === undefined || first === undefined || !/int/.test(type)) return null;
  const forced = `${from} force index (primary)`;
  const [ends] = await readRows(
    session,
    `select min(${first.expression}) as least, max(${first.expression}) as greatest from ${from}`,
  );
  const least = BigInt(ends?.["least"] ?? 0);
  const span = Number(BigInt(ends?.["greatest"] ?? 0) - least);
  const starts = Array.from({ length: BLOCKS }, () => least + BigInt(Math.floor(random() * span)));
  starts.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const rows: TextRow[] = [];
  const blocks: number[] = [];
  for (const [block, start] of starts.entries()) {
    const found = await readRows(
      session,
      `select ${list} from ${forced} where ${first.expression} >= ${start} order by ${keyList(key)} limit ${BLOCK_ROWS}`,
    );
    rows.push(...found);
    blocks.push(...found.map(() => block));
  }
  return { rows, blocks, whole: false };
}

function keyList(key: Index): string {
  return key.keys.map(({ expression, direction }) => `${expression} ${direction}`).join(", ");
}
