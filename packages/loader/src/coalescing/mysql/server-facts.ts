import { CompiledQuery, type DatabaseConnection } from "kysely";
import type { TableName } from "../table-names.ts";

/** A column as `information_schema.columns` has it. */
export interface ColumnInfo {
  readonly name: string;
  /** In lower case: `varchar`. */
  readonly type: string;
  /** In lower case, with all that belongs to it: `bigint unsigned`. */
  readonly fullType: string;
  readonly charset: string | null;
  readonly collation: string | null;
  readonly precision: number | string | null;
  readonly scale: number | string | null;
}

/** What plans that send keys as JSON depend on. */
export interface ServerFacts {
  readonly hasJsonTable: boolean;
  readonly hasLateral: boolean;
  /** By name in lower case. Empty for a temporary table. */
  readonly columns: ReadonlyMap<string, ColumnInfo>;
}

export async function readServerFacts(
  { schema, name }: TableName,
  connection: DatabaseConnection,
): Promise<ServerFacts> {
  const { rows } = await connection.executeQuery<ColumnInfo & { readonly version: string }>(
    CompiledQuery.raw(
      `select version() as version, lower(column_name) as name, lower(data_type) as type, lower(column_type) as fullType,
         character_set_name as charset, collation_name as collation, numeric_precision as \`precision\`, numeric_scale as scale
       from information_schema.columns
       where table_schema = coalesce(?, database()) and table_name = ?`,
      [schema ?? null, name],
    ),
  );
  return {
    ...featuresOf(rows[0]?.version ?? ""),
    columns: new Map(rows.map((column) => [column.name, column])),
  };
}

/** @param version as `version()` gives it: `8.4.3`, `10.11.6-MariaDB-0+deb12u1` */
export function featuresOf(version: string): Pick<ServerFacts, "hasJsonTable" | "hasLateral"> {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  const number = major * 10_000 + minor * 100 + patch;
  return /mariadb/i.test(version)
    ? { hasJsonTable: number >= 10_06_00, hasLateral: false }
    : { hasJsonTable: number >= 8_00_04, hasLateral: number >= 8_00_14 };
}

/** The type in which JSON_TABLE reads keys of an integer column; `undefined` for a column of any other type. */
export function integerKeyType({
  type,
  fullType,
}: Pick<ColumnInfo, "type" | "fullType">): "bigint" | "bigint unsigned" | undefined {
  if (!/^(?:tiny|small|medium|big)?int$/.test(type)) return undefined;
  return fullType.includes("unsigned") ? "bigint unsigned" : "bigint";
}
