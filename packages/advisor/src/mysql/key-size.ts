import type { Column, IndexKey, Table } from "../catalog/catalog.ts";

/** https://dev.mysql.com/doc/refman/en/innodb-limits.html */
const LARGE_ROW_FORMAT_BYTES = 3_072;
const SMALL_ROW_FORMAT_BYTES = 767;
/** Of MyISAM, the least of all storage engines. */
const OTHER_ENGINES_BYTES = 1_000;

/** Bytes of the longest character, by the character set that a collation's name begins with. Others have one. */
const CHARACTER_BYTES: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf8mb3: 3,
  utf8: 3,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  ucs2: 2,
  gb18030: 4,
  gbk: 2,
  gb2312: 2,
  big5: 2,
  sjis: 2,
  cp932: 2,
  euckr: 2,
  ujis: 3,
  eucjpms: 3,
};

/** Bytes that one key, and all keys of an index together, can have in the table's storage engine and row format. */
export function keyLimits(table: Table): { readonly one: number; readonly all: number } {
  const option = (name: string): string | undefined =>
    table.storageParameters
      ?.find((each) => each.toLowerCase().startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .toLowerCase();
  if ((option("engine") ?? "innodb") !== "innodb")
    return { one: OTHER_ENGINES_BYTES, all: OTHER_ENGINES_BYTES };
  const small = ["compact", "redundant"].includes(option("row_format") ?? "");
  return {
    one: small ? SMALL_ROW_FORMAT_BYTES : LARGE_ROW_FORMAT_BYTES,
    all: LARGE_ROW_FORMAT_BYTES,
  };
}

/** Bytes that a character of the column can take; 1 for a binary type. */
export function characterBytes({ collation }: Column): number {
  const [, set = ""] = /^([a-z0-9]+)/i.exec(collation ?? "") ?? [];
  return CHARACTER_BYTES[set.toLowerCase()] ?? 1;
}

/** Greatest size of a key on the column, in bytes; infinite for a type without a length. */
export function keyBytes(column: Column, prefix?: number): number {
  const [, type = "", length] = /^([a-z]+)(?:\((\d+)\))?/i.exec(column.type) ?? [];
  if (prefix !== undefined) return prefix * characterBytes(column);
  if (/^(?:var)?(?:char|binary)$/i.test(type)) return Number(length ?? 1) * characterBytes(column);
  if (/(?:text|blob)$/i.test(type)) return Infinity;
  return column.length > 0 ? column.length : 8;
}

/** Greatest size of all keys together; an expression counts as the widest column that it names. */
export function keysBytes(keys: readonly IndexKey[], table: Table): number {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  return keys.reduce((sum, { column, expression, prefix }) => {
    const named =
      column === null
        ? [...expression.matchAll(/`((?:[^`]|``)+)`|([\w$]+)/g)].map(
            ([, quoted, plain]) => quoted?.replaceAll("``", "`") ?? plain ?? "",
          )
        : [column];
    const sizes = named.flatMap((name) => {
      const found = byName.get(name);
      const size = found === undefined ? 0 : keyBytes(found, prefix);
      return Number.isFinite(size) ? [size] : [];
    });
    return sum + Math.max(0, ...sizes);
  }, 0);
}
