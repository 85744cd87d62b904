import type { TypeName } from "libpg-query";
import { nameParts } from "./node-parts.ts";

/** The parser's names of types, as the catalog prints them. */
const PRINTED: Readonly<Record<string, string>> = {
  bool: "boolean",
  bpchar: "character",
  float4: "real",
  float8: "double precision",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  time: "time without time zone",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  timetz: "time with time zone",
  varchar: "character varying",
};

/** Whether a cast of a column leaves its values, and so an index on them, as they are: `varchar` to `text`, or to its own type. */
export function isPlainCast(columnType: string, target: TypeName | undefined): boolean {
  if (target === undefined || target.arrayBounds !== undefined) return false;
  const name = nameParts(target.names).at(-1) ?? "";
  const printed = PRINTED[name] ?? name;
  const bare = columnType.replace(/\(.*?\)/, "");
  const text = ["text", "character varying"];
  if (target.typmods !== undefined) return false;
  return printed === columnType || (text.includes(bare) && text.includes(printed));
}
