import { type ColumnInfo, integerKeyType } from "../../coalescing/mysql/server-facts.ts";

/** How values of a column travel in JSON, and are again what the column is compared with. */
export interface JsonColumn {
  /** The type that JSON_TABLE reads. */
  readonly type: string;
  /** What the table's column is compared with, given the one of JSON_TABLE. */
  read(column: string): string;
  /** `undefined` for a value that would not come through as it is. */
  write(value: unknown): string | undefined;
}

/** Characters of a text that JSON_TABLE takes. */
const MAX_LENGTH = 4000;

/**
 * `undefined` where values of the column had better go as parameters. Numbers go as text, so that none loses digits. Text is
 * compared by the column's own collation, which decides what is equal and which index serves.
 */
export function jsonColumn(column: ColumnInfo): JsonColumn | undefined {
  const { type, charset, collation } = column;
  const integer = integerKeyType(column);
  if (integer !== undefined) {
    return {
      type: integer,
      read: (name) => name,
      write: (value) => matching(value, /^-?\d{1,20}$/),
    };
  }
  if (type === "decimal" && Number(column.precision) - Number(column.scale) <= 35) {
    return {
      type: "decimal(65, 30)",
      read: (name) => name,
      write: (value) => matching(value, /^-?\d{1,35}(?:\.\d{1,30})?$/),
    };
  }
  if (/^(?:var)?binary$|blob$/.test(type)) {
    return {
      type: `varchar(${2 * MAX_LENGTH}) character set latin1`,
      read: (name) => `unhex(${name})`,
      write: (value) =>
        value instanceof Uint8Array && value.length <= MAX_LENGTH
          ? Buffer.from(value).toString("hex")
          : undefined,
    };
  }
  if (type === "uuid") {
    return {
      type: "varchar(36) character set utf8mb4",
      read: (name) => `cast(${name} as uuid)`,
      write: (value) => matching(value, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i),
    };
  }
  if (charset === null || collation === null || !/char$|text$|^enum$|^set$/.test(type)) {
    return undefined;
  }
  return {
    type: `varchar(${MAX_LENGTH}) character set utf8mb4`,
    read: (name) =>
      `${charset === "utf8mb4" ? name : `convert(${name} using ${charset})`} collate ${collation}`,
    write: (value) =>
      typeof value === "string" &&
      value.length <= MAX_LENGTH &&
      value.isWellFormed() &&
      // What another character set lacks would become a question mark.
      (charset === "utf8mb4" || /^\p{ASCII}*$/u.test(value))
        ? value
        : undefined,
  };
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  const text = typeof value === "boolean" ? String(Number(value)) : String(value);
  return pattern.test(text) ? text : undefined;
}
