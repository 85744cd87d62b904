import type { Index, Table } from "../../catalog/catalog.ts";
import type { Session } from "../../engine.ts";
import { quoteIdent } from "../quote-ident.ts";
import { OWN_QUERY, readRows } from "../read-rows.ts";
import { keyScale, type KeyScale } from "./key-scale.ts";
import { ownAlias } from "../own-alias.ts";

/** A part of a table along its key, and about how many rows are in it. */
export interface Stratum {
  /** Conditions that fix the columns of the key before the divided one. */
  readonly fixed: readonly string[];
  /** Place in the key of the column that is divided. */
  readonly column: number;
  readonly scale: KeyScale;
  readonly from: bigint;
  readonly to: bigint;
  readonly rows: number;
}

/** A key as a table can be divided along it. */
export interface DividedKey {
  /** SQL of the table, read along the key alone. */
  readonly table: string;
  readonly keys: Index["keys"];
  /** Of each of its columns; they end at the first one that has none. */
  readonly scales: readonly KeyScale[];
  /** Distinct values of the first column, of the first two, ... */
  readonly distinct: readonly number[];
}

/** Parts that a stratum is cut into at once, and parts that the server is asked about together. */
const PARTS = 32;
const ASKED_TOGETHER = 32;
/** Estimates that are asked for at most: each is two dives into the index. */
const MOST_ESTIMATES = 2_500;
/** Values of a leading column that are looked up one by one. */
const MOST_VALUES = 200;

/** The key that a table's rows can be divided along; `null` where its first column has no scale. */
export function dividedKey(table: Table, index: Index): DividedKey | null {
  const scales: KeyScale[] = [];
  for (const { column, prefix } of index.keys) {
    const found = table.columns.find(({ name }) => name === column);
    const scale = found === undefined || prefix !== undefined ? null : keyScale(found);
    if (scale === null) break;
    scales.push(scale);
  }
  if (scales.length === 0) return null;
  const name = `${quoteIdent(table.schema)}.${quoteIdent(table.name)}`;
  return {
    table: `${name} force index (${quoteIdent(index.name)})`,
    keys: index.keys,
    scales,
    distinct: index.prefixDistinct ?? [],
  };
}

/**
 * Cuts a table along its key into about `parts` parts of about equally many rows, by what the server's planner finds when it dives
 * into the index: no row is read but the ends of key columns.
 */
export async function divideKey(
  session: Session,
  key: DividedKey,
  rows: number,
  parts: number,
): Promise<readonly Stratum[]> {
  const target = rows / parts;
  const root = await ends(session, key, [], 0, rows);
  let strata: readonly Stratum[] = root === null ? [] : [root];
  let asked = 0;
  while (asked < MOST_ESTIMATES) {
    const cut = new Set<Stratum>();
    const next: Stratum[] = [];
    for (const stratum of strata) {
      const smaller =
        stratum.rows > 1.5 * target ? await cutStratum(session, key, stratum, target) : null;
      for (const part of smaller ?? []) cut.add(part);
      next.push(...(smaller ?? [stratum]));
    }
    if (cut.size === 0) break;
    asked += cut.size;
    const counted = await estimated(session, key, [...cut]);
    strata = next.flatMap((stratum) => {
      const found = counted.get(stratum);
      return found === undefined ? [stratum] : found > 0 ? [{ ...stratum, rows: found }] : [];
    });
  }
  return strata;
}

/** The stratum in smaller ones whose rows are not known yet; `null` where it can't be cut. */
async function cutStratum(
  session: Session,
  key: DividedKey,
  stratum: Stratum,
  target: number,
): Promise<readonly Stratum[] | null> {
  const { fixed, column, scale, from, to, rows } = stratum;
  const few = (key.distinct[column] ?? Infinity) <= MOST_VALUES && column + 1 < key.scales.length;
  const whole = fixed.length === column && few && from !== to;
  if (whole && column === 0) return valuesOf(session, key);
  if (from === to) return scale.exact ? below(session, key, stratum) : null;
  const count = BigInt(Math.min(PARTS, Math.max(2, Math.ceil(rows / target))));
  const width = to - from + 1n;
  const places = width < count ? width : count;
  return Array.from({ length: Number(places) }, (_, at) => ({
    ...stratum,
    from: from + (width * BigInt(at)) / places,
    to: from + (width * BigInt(at + 1)) / places - 1n,
  }));
}

/** One value of an exact column, divided along the next one. */
async function below(
  session: Session,
  key: DividedKey,
  { fixed, column, scale, from, rows }: Stratum,
): Promise<readonly Stratum[] | null> {
  if (column + 1 >= key.scales.length) return null;
  const value = `${nameOf(key, column)} = ${scale.literal(from)}`;
  const found = await ends(session, key, [...fixed, value], column + 1, rows);
  return found === null ? null : [found];
}

/** A stratum for each value of the first column, which has few. */
async function valuesOf(session: Session, key: DividedKey): Promise<readonly Stratum[]> {
  const expression = nameOf(key, 0);
  const [scale] = key.scales;
  if (scale === undefined) return [];
  const strata: Stratum[] = [];
  let after = "";
  for (let count = 0; count < MOST_VALUES * 2; count++) {
    const [row] = await readRows(
      session,
      `select ${scale.expression} as ${ownAlias("least")} from ${key.table}${after} order by ${expression} limit 1`,
    );
    const text = row?.[ownAlias("least")];
    if (text == null) break;
    const found = await ends(session, key, [`${expression} = ${scale.value(text)}`], 1, 0);
    if (found !== null) strata.push(found);
    after = ` where ${expression} > ${scale.value(text)}`;
  }
  return strata;
}

/** All of what the conditions leave, from the least to the greatest value of a column. */
async function ends(
  session: Session,
  key: DividedKey,
  fixed: readonly string[],
  column: number,
  rows: number,
): Promise<Stratum | null> {
  const scale = key.scales[column];
  const found = await keyEnds(session, key, column, fixed);
  if (scale === undefined || found === null) return null;
  const [one, other] = [scale.place(found.least), scale.place(found.greatest)];
  const [from, to] = one <= other ? [one, other] : [other, one];
  return { fixed, column, scale, from, to, rows };
}

/** Least and greatest value of a key's column as its scale reads them, where the columns before it are fixed; `null` without rows. */
export async function keyEnds(
  session: Session,
  key: DividedKey,
  column: number,
  fixed: readonly string[] = [],
): Promise<{ readonly least: string; readonly greatest: string } | null> {
  const expression = key.scales[column]?.expression ?? "null";
  const where = fixed.length === 0 ? "" : ` where ${fixed.join(" and ")}`;
  // For MIN and MAX some servers read all of an index in descending order.
  const end = (direction: string): string =>
    `select ${expression} from ${key.table}${where} order by ${nameOf(key, column)} ${direction} limit 1`;
  const [row] = await readRows(
    session,
    `select (${end("asc")}) as ${ownAlias("least")}, (${end("desc")}) as ${ownAlias("greatest")}`,
  );
  const least = row?.[ownAlias("least")];
  const greatest = row?.[ownAlias("greatest")];
  return least == null || greatest == null ? null : { least, greatest };
}

/** The condition that a row of the stratum meets. */
function conditionOf(key: DividedKey, { fixed, column, scale, from, to }: Stratum): string {
  const name = nameOf(key, column);
  return [...fixed, `${name} between ${scale.literal(from)} and ${scale.literal(to)}`].join(
    " and ",
  );
}

/** About how many rows are in each stratum. */
async function estimated(
  session: Session,
  key: DividedKey,
  strata: readonly Stratum[],
): Promise<ReadonlyMap<Stratum, number>> {
  const counted = new Map<Stratum, number>();
  for (let at = 0; at < strata.length; at += ASKED_TOGETHER) {
    const some = strata.slice(at, at + ASKED_TOGETHER);
    const plan = await session.query(
      `explain format=traditional ${some
        .map(
          (stratum) =>
            `select ${OWN_QUERY} 1 as ${ownAlias(0)} from ${key.table} where ${conditionOf(key, stratum)}`,
        )
        .join(" union all ")}`,
    );
    for (const [place, stratum] of some.entries()) {
      counted.set(stratum, Number(plan[place]?.["rows"] ?? 0));
    }
  }
  return counted;
}

function nameOf({ keys }: DividedKey, column: number): string {
  return keys[column]?.expression ?? "";
}
