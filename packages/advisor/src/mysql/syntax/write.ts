import { parseFrom, parseTable, skipPartitions } from "./from.ts";
import { startsQuery } from "./lists.ts";
import { expectName, takeNameList } from "./names.ts";
import { parseColumn } from "./primary.ts";
import { parseLimit, parseOrderBy, parseQuery, parseRows, parseSelectItems } from "./query.ts";
import type { TokenCursor } from "./token-cursor.ts";
import type {
  Assignment,
  Column,
  Delete,
  Expression,
  Insert,
  SelectItem,
  TableItem,
  Update,
  With,
} from "./tree.ts";

export function parseInsert(cursor: TokenCursor, clause: With | null): Insert {
  const { start } = cursor;
  const replace = cursor.next().value === "REPLACE";
  skipWords(cursor, "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO");
  const table = parseTable(cursor, false);
  skipPartitions(cursor);
  const listed = parseColumnNames(cursor);
  const { columns, source } = parseSource(cursor, listed);
  const rowAlias = cursor.takes("AS")
    ? { name: expectName(cursor), columns: takeNameList(cursor) }
    : null;
  const onDuplicate = cursor.takes("ON", "DUPLICATE", "KEY", "UPDATE") ? assignments(cursor) : [];
  const returning = parseReturning(cursor);
  const parts = { replace, with: clause, table, columns, source, rowAlias, onDuplicate, returning };
  return { kind: "insert", ...parts, start, end: cursor.end };
}

function parseSource(
  cursor: TokenCursor,
  listed: readonly string[] | null,
): Pick<Insert, "columns" | "source"> {
  if (cursor.takes("SET")) {
    const list = assignments(cursor);
    const columns = list.map(({ column }) => column.parts.at(-1) ?? "");
    return { columns, source: [list.map(({ value }) => value)] };
  }
  const query = startsQuery(cursor) || cursor.sees("(");
  if (query) return { columns: listed, source: parseQuery(cursor) };
  cursor.expectOne("VALUES", "VALUE");
  return { columns: listed, source: parseRows(cursor) };
}

/** `(a, t.b)`; `null` where all columns are meant. */
function parseColumnNames(cursor: TokenCursor): readonly string[] | null {
  if (!cursor.sees("(") || startsQuery(cursor, 1) || cursor.word(1) === "(") return null;
  cursor.expect("(");
  const names: string[] = [];
  if (cursor.takes(")")) return null;
  do names.push(parseColumn(cursor).parts.at(-1) ?? "");
  while (cursor.takes(","));
  cursor.expect(")");
  return names;
}

function assignments(cursor: TokenCursor): readonly Assignment[] {
  const list: Assignment[] = [];
  do {
    const column = parseColumn(cursor);
    if (!cursor.takes("=")) cursor.expect(":=");
    list.push({ column, value: cursor.expression() });
  } while (cursor.takes(","));
  return list;
}

function parseReturning(cursor: TokenCursor): readonly SelectItem[] {
  return cursor.takes("RETURNING") ? parseSelectItems(cursor) : [];
}

function parseWhere(cursor: TokenCursor): Expression | null {
  return cursor.takes("WHERE") ? cursor.expression() : null;
}

function skipWords(cursor: TokenCursor, ...words: readonly string[]): void {
  while (cursor.takesOne(...words) !== null) continue;
}

export function parseUpdate(cursor: TokenCursor, clause: With | null): Update {
  const { start } = cursor;
  cursor.expect("UPDATE");
  skipWords(cursor, "LOW_PRIORITY", "IGNORE");
  const from = parseFrom(cursor);
  cursor.expect("SET");
  const list = assignments(cursor);
  const where = parseWhere(cursor);
  const orderBy = parseOrderBy(cursor);
  const limit = parseLimit(cursor);
  const parts = { with: clause, from, assignments: list, where, orderBy, limit };
  return { kind: "update", ...parts, start, end: cursor.end };
}

export function parseDelete(cursor: TokenCursor, clause: With | null): Delete {
  const { start } = cursor;
  cursor.expect("DELETE");
  skipWords(cursor, "LOW_PRIORITY", "QUICK", "IGNORE");
  const { targets, from } = parseTargets(cursor);
  const where = parseWhere(cursor);
  const orderBy = parseOrderBy(cursor);
  const limit = parseLimit(cursor);
  const returning = parseReturning(cursor);
  const parts = { with: clause, targets, from, where, orderBy, limit, returning };
  return { kind: "delete", ...parts, start, end: cursor.end };
}

/** `FROM t`, `a, b.* FROM joins`, `FROM a, b USING joins`. */
function parseTargets(cursor: TokenCursor): Pick<Delete, "from" | "targets"> {
  if (!cursor.takes("FROM")) {
    const targets = tableNames(cursor);
    cursor.expect("FROM");
    return { targets, from: parseFrom(cursor) };
  }
  const several = cursor.attempt(() => {
    const targets = tableNames(cursor);
    cursor.expect("USING");
    return { targets, from: parseFrom(cursor) };
  });
  if (several !== null) return several;
  const table = parseTable(cursor, true);
  return { targets: [targetOf(table)], from: [table] };
}

function targetOf({ schema, name, alias, start, end }: TableItem): Column {
  const parts = alias !== null ? [alias] : schema === null ? [name] : [schema, name];
  return { kind: "column", parts, start, end };
}

/** Names of tables, a `.*` behind each left out. */
function tableNames(cursor: TokenCursor): readonly Column[] {
  const list: Column[] = [];
  do {
    const column = parseColumn(cursor);
    list.push({ ...column, parts: column.parts.filter((part) => part !== "*") });
  } while (cursor.takes(","));
  return list;
}
