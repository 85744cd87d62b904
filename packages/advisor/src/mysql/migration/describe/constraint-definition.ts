import type {
  ConstraintDefinition,
  ForeignKeyDefinition,
  SchemaAction,
} from "../../../migration/schema-action.ts";
import type { TableName } from "../../../catalog/catalog.ts";
import type { TokenReader } from "./token-reader.ts";

/** A constraint or an index among the columns of CREATE TABLE, or behind ADD. `null` where a column stands there. */
export function tableElement(reader: TokenReader, table: TableName): SchemaAction | null {
  const named = reader.takes("CONSTRAINT");
  const own = named && !isKind(reader) ? reader.name() : null;
  const constraint = (rest: Partial<ConstraintDefinition>): SchemaAction => ({
    kind: "add-constraint",
    table,
    constraint: { ...EMPTY, name: own, ...rest },
  });
  if (reader.takes("PRIMARY", "KEY")) {
    using(reader);
    return constraint({ kind: "primary-key", columns: columnsOf(reader) });
  }
  if (reader.takes("UNIQUE")) {
    reader.takesOne("INDEX", "KEY");
    const name = indexName(reader) ?? own;
    return constraint({ kind: "unique", name, columns: columnsOf(reader) });
  }
  if (reader.takes("FOREIGN", "KEY")) {
    reader.takes("IF", "NOT", "EXISTS");
    const name = own ?? indexName(reader);
    const columns = columnsOf(reader);
    reader.takes("REFERENCES");
    const foreignKey = { columns, ...referencesOf(reader, table.schema) };
    return constraint({ kind: "foreign-key", name, columns, foreignKey });
  }
  if (reader.takes("CHECK")) return constraint({ kind: "check", expression: reader.parentheses() });
  const method = reader.takesOne("FULLTEXT", "SPATIAL", "VECTOR");
  const indexed = reader.takesOne("INDEX", "KEY") !== null;
  if (method === null && !indexed) return null;
  const ifNotExists = reader.takes("IF", "NOT", "EXISTS");
  const name = indexName(reader);
  return {
    kind: "create-index",
    ifNotExists,
    index: {
      name,
      table,
      keys: columnsOf(reader),
      unique: false,
      method: method?.toLowerCase() ?? "btree",
      concurrently: false,
      predicate: null,
    },
  };
}

const EMPTY: ConstraintDefinition = {
  name: null,
  kind: "check",
  columns: [],
  notValid: false,
  usingIndex: null,
  foreignKey: null,
  expression: null,
  impliesNotNull: [],
};

function isKind(reader: TokenReader): boolean {
  return ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK"].some((word) => reader.sees(word));
}

function indexName(reader: TokenReader): string | null {
  const name = reader.sees("(") || reader.sees("USING") ? null : reader.name();
  using(reader);
  return name;
}

function using(reader: TokenReader): void {
  if (reader.takes("USING")) reader.any();
}

/** Key columns without their lengths and directions; expressions as written. */
export function columnsOf(reader: TokenReader): readonly string[] {
  const inside = reader.parentheses();
  if (inside === null) return [];
  return splitAtCommas(inside).map((key) => {
    const plain =
      /^(?:`(?<quoted>(?:[^`]|``)+)`|(?<word>[\w$\x80-\uffff]+))(?:\s*\(\s*\d+\s*\))?(?:\s+(?:asc|desc))?$/i.exec(
        key,
      );
    const { quoted, word } = plain?.groups ?? {};
    return quoted?.replaceAll("``", "`") ?? word ?? key;
  });
}

function splitAtCommas(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: found, index } of text.matchAll(
    /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`[^`]*`|[(),]/g,
  )) {
    if (found === "(") depth += 1;
    if (found === ")") depth -= 1;
    if (found !== "," || depth > 0) continue;
    parts.push(text.slice(from, index).trim());
    from = index + 1;
  }
  return [...parts, text.slice(from).trim()];
}

/** What follows REFERENCES. */
export function referencesOf(
  reader: TokenReader,
  schema: string,
): Omit<ForeignKeyDefinition, "columns"> {
  return { references: reader.table(schema), referencedColumns: columnsOf(reader) };
}
