import { type Table, tableKey } from "../../catalog/catalog.ts";
import { quoteIdent } from "../quote-ident.ts";
import { type ColumnFacts, isBeyond } from "./column-values.ts";
import type { LoadedTable } from "./load-tables.ts";
import type { ScratchServer } from "./scratch-server.ts";

/** Looks at, and small changes of, the values that a column of the copy has. */
export interface ColumnLooks {
  /** A value as SQL that about as many rows have as an average one; another for each number. */
  typical(table: Table, column: string, number: number): Promise<string | null>;
  /** The value as SQL below which this share of the rows lie. */
  quantile(table: Table, column: string, share: number): Promise<string | null>;
  /**
   * Sees to it that a value, as SQL, which production's queries ask for, is there: the one next to it takes its place. Both
   * have as many rows as an average value. `plain`: without quotes. One that lies beyond all values is not there either.
   */
  provide(table: Table, column: string, value: string, plain: string): Promise<void>;
}

/** Typical values that are kept of a column: those of a list differ. */
const TYPICAL = 100;

export function columnLooks(
  server: ScratchServer,
  tables: ReadonlyMap<string, LoadedTable>,
  factsOf: (table: Table) => ReadonlyMap<string, { readonly facts: ColumnFacts }>,
): ColumnLooks {
  const typicals = new Map<string, Promise<readonly string[]>>();
  const quantiles = new Map<string, Promise<string | null>>();
  const provided = new Set<string>();

  const factsOfColumn = (table: Table, column: string): ColumnFacts | undefined =>
    factsOf(table).get(column)?.facts;

  function remembered<Value>(
    known: Map<string, Promise<Value>>,
    key: string,
    make: () => Promise<Value>,
  ): Promise<Value> {
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  }

  async function typicalValues(table: Table, column: string): Promise<readonly string[]> {
    const loaded = tables.get(tableKey(table));
    const facts = factsOfColumn(table, column);
    if (loaded === undefined || facts === undefined) return [];
    const name = quoteIdent(column);
    const rows = await server.query(
      `SELECT ${facts.kind.read(name)} AS value, n FROM (
         SELECT ${name}, COUNT(*) AS n, AVG(COUNT(*)) OVER () AS mean FROM ${loaded.name}
         WHERE ${name} IS NOT NULL GROUP BY ${name}) grouped
       ORDER BY ABS(n - mean), CRC32(${name}) LIMIT ${TYPICAL}`,
    );
    return rows.flatMap(({ value }) => (value == null ? [] : [facts.kind.literal(value)]));
  }

  async function valueAtShare(table: Table, column: string, share: number): Promise<string | null> {
    const loaded = tables.get(tableKey(table));
    const facts = factsOfColumn(table, column);
    if (loaded === undefined || facts === undefined) return null;
    const name = quoteIdent(column);
    const place = Math.floor(loaded.made * (1 - facts.nulls) * share);
    const [row] = await server.query(
      `SELECT ${facts.kind.read(name)} AS value FROM ${loaded.name}
       WHERE ${name} IS NOT NULL ORDER BY ${name} LIMIT 1 OFFSET ${place}`,
    );
    return row?.["value"] == null ? null : facts.kind.literal(row["value"]);
  }

  return {
    async typical(table, column, number) {
      const values = await remembered(typicals, `${tableKey(table)}\0${column}`, () =>
        typicalValues(table, column),
      );
      return values[number % Math.max(values.length, 1)] ?? null;
    },
    quantile: (table, column, share) =>
      remembered(quantiles, `${tableKey(table)}\0${column}\0${share}`, () =>
        valueAtShare(table, column, share),
      ),
    async provide(table, column, value, plain) {
      const key = `${tableKey(table)}\0${column}\0${value}`;
      const loaded = tables.get(tableKey(table));
      const facts = factsOfColumn(table, column);
      if (provided.has(key) || loaded === undefined || facts === undefined) return;
      provided.add(key);
      if (isBeyond(facts, plain)) return;
      const name = quoteIdent(column);
      const [found] = await server.query(
        `SELECT 1 FROM ${loaded.name} WHERE ${name} = ${value} LIMIT 1`,
      );
      if (found !== undefined) return;
      // Two of production's own values would have one row's place: the nearest one that is made up gives way.
      const kept = facts.common.map((one) => facts.kind.literal(one.value));
      const others = kept.length === 0 ? "" : `${name} NOT IN (${kept.join(", ")}) AND `;
      for (const [sign, order] of [
        ["<", "DESC"],
        [">", "ASC"],
      ]) {
        const [next] = await server.query(
          `SELECT ${facts.kind.read(name)} AS value FROM ${loaded.name}
           WHERE ${others}${name} ${sign} ${value} ORDER BY ${name} ${order} LIMIT 1`,
        );
        if (
          next?.["value"] == null ||
          provided.has(`${tableKey(table)}\0${column}\0${facts.kind.literal(next["value"])}`)
        )
          continue;
        await server.query(
          `UPDATE IGNORE ${loaded.name} SET ${name} = ${value} WHERE ${name} = ${facts.kind.literal(next["value"])}`,
        );
        return;
      }
    },
  };
}
