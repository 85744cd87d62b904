import type { Column as CatalogColumn } from "../../catalog/catalog.ts";
import type { Call, Expression } from "../syntax/tree.ts";
import { sameName } from "./model.ts";
import type { Traced } from "./trace.ts";

/** How values are compared: as numbers, by a collation, byte by byte, as times. `null`: not known, or by rules of its own. */
export type ValueType = "bytes" | "json" | "number" | "spatial" | "text" | "time" | null;

/** The type of a column by its SQL type: `varchar(50)`, `int unsigned`. */
export function columnType(type: string): ValueType {
  const [word = ""] = /^\w+/.exec(type.toLowerCase()) ?? [];
  if (
    /^(?:(?:tiny|small|medium|big)?int|integer|decimal|numeric|float|double|bit|year|bool)/.test(
      word,
    )
  ) {
    return "number";
  }
  if (/^(?:(?:var)?char|(?:tiny|medium|long)?text|n(?:var)?char)$/.test(word)) return "text";
  if (/^(?:(?:var)?binary|(?:tiny|medium|long)?blob)$/.test(word)) return "bytes";
  if (/^(?:date|datetime|timestamp|time)$/.test(word)) return "time";
  if (word === "json") return "json";
  return /^(?:geom|point|linestring|polygon|multi)/.test(word) ? "spatial" : null;
}

const NUMBERS: ReadonlySet<string> = new Set(
  `abs ascii bit_count bit_length ceil ceiling char_length character_length coercibility count crc32 datediff day
  dayofmonth dayofweek dayofyear exp extract field find_in_set floor hour instr json_contains json_depth json_length
  json_valid length ln locate log log10 log2 microsecond minute mod month octet_length ord period_diff pi position pow
  power quarter radians rand round second sign sin sqrt st_area st_distance st_distance_sphere st_length st_x st_y
  strcmp sum time_to_sec timestampdiff to_days to_seconds truncate unix_timestamp week weekday weekofyear year
  yearweek`.split(/\s+/),
);
const TEXTS: ReadonlySet<string> = new Set(
  `concat concat_ws date_format dayname elt format hex insert lcase left lower lpad ltrim mid monthname quote repeat
  replace reverse right rpad rtrim sec_to_time soundex space substr substring substring_index time_format trim ucase
  upper uuid`.split(/\s+/),
);
const TIMES: ReadonlySet<string> = new Set(
  `curdate current_date current_time current_timestamp curtime date from_days from_unixtime last_day localtime
  localtimestamp makedate maketime now str_to_date sysdate timestamp utc_date utc_time utc_timestamp`.split(
    /\s+/,
  ),
);

export function valueType(traced: Traced): ValueType {
  return typeOf(traced.node, (name) => tracedColumn(traced, name));
}

/** The catalog's column of that name, where only one table can have it. */
export function tracedColumn({ uses }: Traced, name: string): CatalogColumn | undefined {
  const found = [...uses].flatMap(({ table }) =>
    table.columns.filter((column) => sameName(column.name, name)),
  );
  return found.length === 1 ? found[0] : undefined;
}

function typeOf(node: Expression, find: (name: string) => CatalogColumn | undefined): ValueType {
  switch (node.kind) {
    case "column": {
      const column = find(node.parts.at(-1) ?? "");
      return column === undefined ? null : columnType(column.type);
    }
    case "literal":
      return LITERALS[node.type];
    case "unary":
      return node.operator === "binary" ? "bytes" : "number";
    case "binary": {
      const { operator } = node;
      if (operator === "collate") return "text";
      if (operator === ":=") return typeOf(node.right, find);
      if (operator !== "+" && operator !== "-") return "number";
      const interval = node.left.kind === "interval" || node.right.kind === "interval";
      return interval ? "time" : "number";
    }
    case "between":
    case "in":
    case "is":
    case "quantified":
    case "match":
      return "number";
    case "cast":
      return castType(node.type);
    case "call":
      return callType(node, find);
    case "case":
      return common(
        [
          ...node.branches.map(({ result }) => result),
          ...(node.otherwise === null ? [] : [node.otherwise]),
        ],
        find,
      );
    case "interval":
    case "placeholder":
    case "row":
    case "special":
    case "subquery":
    case "variable":
      return null;
  }
}

const LITERALS = {
  string: "text",
  number: "number",
  boolean: "number",
  temporal: "time",
  bytes: "bytes",
  null: null,
} as const;

function castType(type: string): ValueType {
  if (/^(?:n?char|character|using)\b/.test(type)) return type.endsWith("array") ? "json" : "text";
  if (/^(?:signed|unsigned|decimal|double|float|real|int|year)/.test(type)) return "number";
  if (/^(?:date|time)/.test(type)) return "time";
  return type.startsWith("binary") ? "bytes" : type === "json" ? "json" : null;
}

function callType(
  { name, args }: Call,
  find: (name: string) => CatalogColumn | undefined,
): ValueType {
  if (NUMBERS.has(name)) return "number";
  if (TEXTS.has(name)) return "text";
  if (TIMES.has(name)) return "time";
  if (name === "json_unquote" || name === "json_value") return "text";
  if (name === "json_extract") return "json";
  if (name === "coalesce" || name === "ifnull") return common(args, find);
  if (name === "if") return common(args.slice(1), find);
  return name === "min" || name === "max" ? common(args, find) : null;
}

function common(
  nodes: readonly Expression[],
  find: (name: string) => CatalogColumn | undefined,
): ValueType {
  const types = new Set(nodes.filter((node) => !isNull(node)).map((node) => typeOf(node, find)));
  const [only] = types;
  return types.size === 1 ? (only ?? null) : null;
}

function isNull(node: Expression): boolean {
  return node.kind === "literal" && node.type === "null";
}
