import type { Sequence } from "../../catalog/catalog.ts";
import type { SequenceUsage } from "../../catalog/snapshot.ts";
import type { CapturedColumns, TableFacts } from "./capture-tables.ts";

/** Greatest values of signed types. */
const LIMITS: Readonly<Record<string, bigint>> = {
  tinyint: 127n,
  smallint: 32_767n,
  mediumint: 8_388_607n,
  int: 2_147_483_647n,
  bigint: 9_223_372_036_854_775_807n,
};

export interface CapturedSequences {
  readonly sequences: readonly Sequence[];
  readonly lastValues: readonly SequenceUsage[];
}

/** AUTO_INCREMENT columns as sequences, named by table and column: `orders.id`. `increment`: the server's step. */
export function captureSequences(
  schema: string,
  tables: readonly TableFacts[],
  columns: ReadonlyMap<string, CapturedColumns>,
  increment: number,
): CapturedSequences {
  const found = tables.flatMap(({ name, nextValue }) => {
    const own = columns.get(name);
    const column = own?.columns.find((each) => each.name === own.counter);
    if (nextValue === null || column === undefined) return [];
    const signed = LIMITS[/^\w+/.exec(column.type)?.[0] ?? ""];
    if (signed === undefined) return [];
    const sequence: Sequence = {
      schema,
      name: `${name}.${column.name}`,
      first: 1,
      limit: Number(/\bunsigned\b/.test(column.type) ? signed * 2n + 1n : signed),
      increment,
      limitedByColumn: true,
      column: { table: { schema, name }, name: column.name, type: column.type },
    };
    return [{ sequence, last: nextValue - 1n }];
  });
  return {
    sequences: found.map(({ sequence }) => sequence),
    // A table that was never written to gave none yet.
    lastValues: found.flatMap(({ sequence: { name }, last }) =>
      last < 1n ? [] : [{ sequence: { schema, name }, lastValue: Number(last) }],
    ),
  };
}
