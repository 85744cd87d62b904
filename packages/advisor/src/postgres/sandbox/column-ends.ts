import { type TableName, tableKey } from "../../catalog/catalog.ts";
import type { ColumnEnds } from "../../catalog/snapshot.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import type { SandboxIndex } from "./index-shapes.ts";
import type { Row, SandboxDatabase } from "./sandbox-database.ts";
import { quoteLiteral } from "./sql-names.ts";

/** The least and the greatest value of an index's first column, as index tuples hold them. */
export interface StoredEnds {
  readonly least: Uint8Array;
  readonly greatest: Uint8Array;
}

export type FindEnds = (index: SandboxIndex) => Promise<StoredEnds | null>;

interface StoredType {
  /** Name in casts. */
  readonly name: string;
  /** Function that gives a value's network form. */
  readonly send: string;
  readonly toStored: (sent: Buffer) => Uint8Array | null;
}

const reversed = (sent: Buffer): Uint8Array => Uint8Array.from(sent).toReversed();
const plain = (name: string, send: string): StoredType => ({ name, send, toStored: reversed });
const text = (name: string, send: string): StoredType => ({ name, send, toStored: varlena });

/** Ordered types whose values the planner interpolates, by name. */
const TYPES: Readonly<Record<string, StoredType>> = {
  int2: plain("int2", "int2send"),
  int4: plain("int4", "int4send"),
  int8: plain("int8", "int8send"),
  oid: plain("oid", "oidsend"),
  float4: plain("float4", "float4send"),
  float8: plain("float8", "float8send"),
  date: plain("date", "date_send"),
  time: plain("time", "time_send"),
  timestamp: plain("timestamp", "timestamp_send"),
  timestamptz: plain("timestamptz", "timestamptz_send"),
  uuid: { name: "uuid", send: "uuid_send", toStored: (sent) => sent },
  numeric: { name: "numeric", send: "numeric_send", toStored: storedNumeric },
  text: text("text", "textsend"),
  varchar: text("varchar", "varcharsend"),
  bpchar: text("bpchar", "bpcharsend"),
};

/** A longer value is left out: a leaf has room for two. */
const LONGEST = 1000;

/**
 * Where a column's values end: as the server told, or else as its statistics tell. The planner asks each index that begins
 * with a column for these, whenever a condition or a merge join comes near the histogram's ends.
 */
export function endsFinder(
  database: SandboxDatabase,
  find: FindStatistics,
  captured: readonly ColumnEnds[],
): FindEnds {
  const told = new Map(captured.map((ends) => [keyOf(ends.table, ends.column), ends]));
  const known = new Map<string, StoredEnds | null>();
  return async (index) => {
    const [first] = index.columns;
    if (index.method !== "btree" || first === undefined || first.column === null) return null;
    const type = TYPES[first.type];
    if (type === undefined) return null;
    const key = keyOf(index.table, first.column);
    const before = known.get(key);
    if (before !== undefined) return before;
    const ends = told.get(key);
    const statistics = find(index.table, first.column);
    const arrays =
      ends === undefined
        ? [statistics?.commonValues, statistics?.histogram].flatMap((literal) =>
            literal === null || literal === undefined
              ? []
              : [`${quoteLiteral(literal)}::${type.name}[]`],
          )
        : [`array[${quoteLiteral(ends.least)}, ${quoteLiteral(ends.greatest)}]::${type.name}[]`];
    const found = arrays.length === 0 ? null : await readEnds(database, type, arrays.join(" || "));
    known.set(key, found);
    return found;
  };
}

async function readEnds(
  database: SandboxDatabase,
  { send, toStored }: StoredType,
  values: string,
): Promise<StoredEnds | null> {
  let row: Row | undefined;
  try {
    [row] = await database.run(
      `select encode(${send}(v[1]), 'hex') as least, encode(${send}(v[cardinality(v)]), 'hex') as greatest
        from (select array_agg(x order by x) as v from unnest(${values}) x) a`,
    );
  } catch {
    return null;
  }
  const [least, greatest] = [row?.["least"], row?.["greatest"]].map((hex) =>
    typeof hex === "string" ? toStored(Buffer.from(hex, "hex")) : null,
  );
  if (least == null || greatest == null) return null;
  return least.length > LONGEST || greatest.length > LONGEST ? null : { least, greatest };
}

/** With its length before it: one byte for short values, else four. */
function varlena(bytes: Buffer): Uint8Array {
  if (bytes.length < 127) return Buffer.concat([Buffer.of(((bytes.length + 1) << 1) | 1), bytes]);
  const header = Buffer.alloc(4);
  header.writeUInt32LE((bytes.length + 4) << 2);
  return Buffer.concat([header, bytes]);
}

/** Sent are, of 16 bits each: count, weight, sign, scale, digits. Stored are sign with scale, weight, digits. */
function storedNumeric(sent: Buffer): Uint8Array | null {
  const sign = sent.readUInt16BE(4);
  if (sign === 0xc000) return null;
  const stored = Buffer.alloc(sent.length - 4);
  stored.writeUInt16LE(sign | sent.readUInt16BE(6), 0);
  stored.writeInt16LE(sent.readInt16BE(2), 2);
  for (let at = 8; at < sent.length; at += 2) stored.writeInt16LE(sent.readInt16BE(at), at - 4);
  return varlena(stored);
}

function keyOf(table: TableName, column: string): string {
  return `${tableKey(table)}\0${column}`;
}
