/** What a new type of a column asks of the rows that are there. */
export type TypeChange = "none" | "definition" | "copy";

/** Bytes of a character. Default: of utf8mb4, which both servers take where nobody says. */
const WIDTHS: Readonly<Record<string, number>> = {
  ascii: 1,
  binary: 1,
  latin1: 1,
  latin2: 1,
  ucs2: 2,
  utf8: 3,
  utf8mb3: 3,
};

/**
 * What servers do to get from one type to another, both as written. Longer VARCHAR and more values at the end of ENUM and SET
 * change the definition only: as long as a value's length, or its number, needs no more bytes than before.
 */
export function typeChange(from: string, to: string, maria: boolean): TypeChange {
  const [old, now] = [plain(from), plain(to)];
  if (old === now) return "none";
  return growsList(old, now) || growsText(old, now, maria) ? "definition" : "copy";
}

/** Values of `enum(...)` and `set(...)` as written; `null` for other types. */
export function valuesOf(type: string): readonly string[] | null {
  const list = /^(?:enum|set)\s*\((?<list>[\s\S]*)\)/i.exec(type.trim())?.groups?.["list"];
  return list?.match(/'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"/g) ?? null;
}

/** The length of `varchar(n)` in characters, and the most that still has one byte of length. */
export function varcharOf(type: string): { readonly length: number; readonly most: number } | null {
  const match = /^(?<kind>varchar|varbinary)\s*\(\s*(?<length>\d+)\s*\)/i.exec(plain(type));
  const { kind, length } = match?.groups ?? {};
  if (kind === undefined) return null;
  const width = kind === "varbinary" ? 1 : (WIDTHS[charsetOf(type)] ?? 4);
  return { length: Number(length), most: Math.floor(255 / width) };
}

/** Spellings of the same type made one: `INTEGER(11)` is `int`. */
function plain(type: string): string {
  return type
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/^(?:tiny|small|medium|big)?int(?:eger)?\b(?:\s*\(\d+\))?/i, (name) =>
      name
        .toLowerCase()
        .replace("integer", "int")
        .replace(/\s*\(\d+\)/, ""),
    )
    .replace(/^bool(?:ean)?\b/i, "tinyint")
    .replace(/^(?:numeric|dec|fixed)\b/i, "decimal")
    .replace(/^character varying\b/i, "varchar")
    .replaceAll(/\s*([(),])\s*/g, "$1");
}

function growsList(old: string, now: string): boolean {
  const [before, after] = [valuesOf(old), valuesOf(now)];
  if (before === null || after === null || kindOf(old) !== kindOf(now)) return false;
  const bytes = kindOf(old) === "enum" ? enumBytes : setBytes;
  return (
    before.every((value, place) => after[place] === value) &&
    bytes(before.length) === bytes(after.length)
  );
}

function kindOf(type: string): string {
  return /^\w*/.exec(type)?.[0].toLowerCase() ?? "";
}

function enumBytes(values: number): number {
  return values <= 255 ? 1 : 2;
}

function setBytes(values: number): number {
  const bytes = Math.ceil(values / 8);
  return bytes > 4 ? 8 : bytes;
}

function growsText(old: string, now: string, maria: boolean): boolean {
  const [before, after] = [varcharOf(old), varcharOf(now)];
  if (before === null || after === null) return false;
  if (kindOf(old) !== kindOf(now) || charsetOf(old) !== charsetOf(now)) return false;
  if (after.length < before.length) return false;
  const crosses = before.length <= before.most && after.length > after.most;
  // MariaDB's rows tell lengths of such columns in one or two bytes in any case, below 128 bytes.
  return !crosses || (maria && before.length <= Math.floor((before.most * 127) / 255));
}

function charsetOf(type: string): string {
  const named = /\b(?:character set|charset)\s+['"]?(?<charset>\w+)/i.exec(type);
  const collation = /\bcollate\s+['"]?(?<charset>[a-z0-9]+)/i.exec(type);
  return (named ?? collation)?.groups?.["charset"]?.toLowerCase() ?? "utf8mb4";
}
