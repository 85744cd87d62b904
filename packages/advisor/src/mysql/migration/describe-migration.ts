import type { DescribedStatement, SchemaAction } from "../../migration/schema-action.ts";
import { alterTable } from "./describe/alter-table.ts";
import { columnsOf } from "./describe/constraint-definition.ts";
import { createTable } from "./describe/create-table.ts";
import { describeWrites } from "./describe/writes.ts";
import { readTokens, type TokenReader } from "./describe/token-reader.ts";
import { statementTokens } from "../tokens.ts";

/**
 * Reads what a statement of MySQL or MariaDB does. The grammar of their DDL is read here, since parsers at hand refuse part of
 * it (sqlparser-rs 0.62: ENGINE=, CONVERT TO, RENAME INDEX, OPTIMIZE, ADD PARTITION); whether the text is right is for a server to say.
 */
export function describeMigration(sql: string, schema: string): Promise<DescribedStatement> {
  const [first] = statementTokens(sql);
  return Promise.resolve(describeTokens(readTokens(sql.slice(first?.start ?? 0)), schema));
}

function describeTokens(reader: TokenReader, schema: string): DescribedStatement {
  if (reader.takes("ALTER")) return describeAlter(reader, schema);
  if (reader.takes("CREATE")) return describeCreate(reader, schema);
  if (reader.takes("DROP")) return actions(...drop(reader, schema));
  if (reader.takes("RENAME", "TABLE") || reader.takes("RENAME", "TABLES"))
    return actions(...renameTables(reader, schema));
  if (reader.takes("TRUNCATE")) {
    reader.takes("TABLE");
    return actions({ kind: "truncate", table: reader.table(schema) });
  }
  if (reader.takes("OPTIMIZE")) {
    reader.takesOne("LOCAL", "NO_WRITE_TO_BINLOG");
    reader.takesOne("TABLE", "TABLES");
    return actions({
      kind: "rewrite-table",
      table: reader.table(schema),
      command: "OPTIMIZE TABLE",
    });
  }
  if (reader.takes("SET")) return actions(...settings(reader));
  if (reader.takes("USE"))
    return actions({ kind: "set-schema", schema: reader.name(), local: false });
  if (reader.takes("START", "TRANSACTION") || reader.takesOne("BEGIN") !== null)
    return actions({ kind: "transaction", command: "begin" });
  const end = reader.takesOne("COMMIT", "ROLLBACK");
  if (end !== null)
    return actions({ kind: "transaction", command: end === "COMMIT" ? "commit" : "rollback" });
  const opaque = reader.takesOne("CALL", "EXECUTE", "PREPARE", "DO");
  if (opaque !== null)
    return { kind: "opaque", reason: `what ${opaque} does does not stand in its text` };
  return describeWrites(reader, schema);
}

function actions(...list: readonly SchemaAction[]): DescribedStatement {
  return { kind: "actions", actions: list };
}

function describeAlter(reader: TokenReader, schema: string): DescribedStatement {
  reader.takesOne("ONLINE", "OFFLINE");
  reader.takes("IGNORE");
  if (reader.takes("TABLE")) return actions(...alterTable(reader, schema));
  return actions({ kind: "other", command: `ALTER ${reader.any()?.value ?? ""}`.trim() });
}

function describeCreate(reader: TokenReader, schema: string): DescribedStatement {
  reader.takes("OR", "REPLACE");
  const temporary = reader.takes("TEMPORARY");
  if (reader.takes("TABLE")) return actions(...createTable(reader, schema, temporary));
  reader.takesOne("ONLINE", "OFFLINE");
  const kind = reader.takesOne("UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR");
  if (reader.takes("INDEX")) return actions(createIndex(reader, schema, kind));
  if (reader.takes("DEFINER", "=")) {
    // `user`@`host` or CURRENT_USER.
    while (
      !reader.done &&
      !["TRIGGER", "VIEW", "PROCEDURE", "FUNCTION", "EVENT", "SQL"].some((word) =>
        reader.sees(word),
      )
    )
      reader.any();
  }
  if (reader.takes("TRIGGER")) {
    reader.takes("IF", "NOT", "EXISTS");
    const { name } = reader.table(schema);
    while (!reader.done && !reader.takes("ON")) reader.any();
    return actions({ kind: "create-trigger", table: reader.table(schema), name });
  }
  return actions({ kind: "other", command: `CREATE ${reader.any()?.value ?? ""}`.trim() });
}

function createIndex(reader: TokenReader, schema: string, kind: string | null): SchemaAction {
  const ifNotExists = reader.takes("IF", "NOT", "EXISTS");
  const name = reader.name();
  if (reader.takes("USING")) reader.any();
  reader.takes("ON");
  const table = reader.table(schema);
  const unique = kind === "UNIQUE";
  const method = kind === null || unique ? "btree" : kind.toLowerCase();
  const keys = columnsOf(reader);
  return {
    kind: "create-index",
    ifNotExists,
    index: { name, table, keys, unique, method, concurrently: false, predicate: null },
  };
}

function drop(reader: TokenReader, schema: string): readonly SchemaAction[] {
  const temporary = reader.takes("TEMPORARY");
  if (reader.takesOne("TABLE", "TABLES") !== null) {
    reader.takes("IF", "EXISTS");
    const dropped: SchemaAction[] = [];
    do dropped.push({ kind: "drop-table", table: reader.table(schema), cascade: false });
    while (reader.takes(","));
    return temporary ? [{ kind: "other", command: "DROP TEMPORARY TABLE" }] : dropped;
  }
  if (reader.takes("INDEX")) {
    reader.takes("IF", "EXISTS");
    const name = reader.name() ?? "";
    reader.takes("ON");
    const table = reader.table(schema);
    const index = { schema: table.schema, name };
    return [{ kind: "drop-index", index, table, concurrently: false }];
  }
  return [{ kind: "other", command: `DROP ${reader.any()?.value ?? ""}`.trim() }];
}

function renameTables(reader: TokenReader, schema: string): readonly SchemaAction[] {
  const renamed: SchemaAction[] = [];
  do {
    const table = reader.table(schema);
    reader.takes("TO");
    renamed.push({ kind: "rename-table", table, to: reader.table(schema) });
  } while (reader.takes(","));
  return renamed;
}

/** SET [SESSION | LOCAL | @@] lock_wait_timeout = seconds. Limits of SET STATEMENT are gone with it. */
function settings(reader: TokenReader): readonly SchemaAction[] {
  const found: SchemaAction[] = [];
  do {
    reader.takes("@@");
    if (reader.takesOne("SESSION", "LOCAL") !== null) reader.takes(".");
    const timeout = reader.takesOne(
      "LOCK_WAIT_TIMEOUT",
      "MAX_STATEMENT_TIME",
      "MAX_EXECUTION_TIME",
    );
    if (timeout === null) continue;
    reader.takesOne("=", ":=");
    const value = Number(reader.restOfClause());
    if (!Number.isFinite(value)) continue;
    found.push({
      kind: "set-timeout",
      setting: timeout === "LOCK_WAIT_TIMEOUT" ? "lock" : "statement",
      ms: timeout === "MAX_EXECUTION_TIME" ? value : value * 1000,
      local: false,
    });
  } while (reader.nextClause());
  return found.length === 0 ? [{ kind: "other", command: "SET" }] : found;
}
