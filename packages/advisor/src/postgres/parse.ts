import {
  fingerprintSync,
  hasSqlDetails,
  loadModule,
  type Node,
  normalizeSync,
  parseSync,
  type RawStmt,
} from "libpg-query";
import type { Catalog } from "../catalog/catalog.ts";
import type { ParsedText } from "../engine.ts";
import type { Statement } from "../workload/statement.ts";
import { describeStatement } from "./describe-statement.ts";
import { createdAsQuery, cursorQuery } from "./inner-query.ts";
import { repairPlaceholders } from "./placeholders.ts";
import { shapeFingerprint } from "./shape-fingerprint.ts";
import { sampler, withoutComments, withoutConstants } from "./statement-text.ts";

const QUERY_STATEMENTS: ReadonlySet<string> = new Set([
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
]);

/**
 * Parses one statement with PostgreSQL's own parser; texts of `pg_stat_statements` that are not valid SQL are repaired.
 * The query inside DECLARE CURSOR and CREATE TABLE AS counts as the statement. EXPLAIN, EXECUTE, COPY and the like are
 * utility statements.
 */
export async function parse(sql: string): Promise<ParsedText> {
  await loadModule();
  try {
    return parseLoaded(sql);
  } catch (error) {
    const position = hasSqlDetails(error) ? error.sqlDetails?.cursorPosition : undefined;
    return {
      ...failure(withoutData(error instanceof Error ? error.message : String(error)), sql),
      ...(position === undefined || position < 0 ? {} : { position }),
    };
  }
}

/** An error quotes the text it stopped at, which may be a constant: kept only where it is one word or symbol. */
function withoutData(message: string): string {
  return message.replace(/ at or near "(?![a-z_]{1,30}"$|[^\w\s'"$]{1,3}"$).*$/is, "");
}

function failure(message: string, sql: string): ParsedText {
  return { kind: "error", message, redacted: withoutConstants(sql) };
}

function parseLoaded(sql: string): ParsedText {
  if (sql.trim() === "") return failure("the text is empty", sql);
  const { text, statements } = statementsOf(sql);
  const tree = statements[0]?.stmt;
  if (tree === undefined) return failure("the text holds no statement", sql);
  if (statements.length > 1) {
    return failure(`the text holds ${statements.length} statements, not one`, sql);
  }
  const inner = innerQuery(tree, text);
  if (inner !== null) return parseLoaded(inner);
  if (!QUERY_STATEMENTS.has(Object.keys(tree)[0] ?? "")) return { kind: "utility" };
  if ("SelectStmt" in tree && tree.SelectStmt.intoClause !== undefined) return { kind: "utility" };
  return parsedQuery(text, tree);
}

function statementsOf(sql: string): { readonly text: string; readonly statements: RawStmt[] } {
  try {
    return { text: sql, statements: parseSync(sql).stmts ?? [] };
  } catch (error) {
    const text = repairPlaceholders(sql);
    if (text === sql) throw error;
    return { text, statements: parseSync(text).stmts ?? [] };
  }
}

function innerQuery(tree: Node, sql: string): string | null {
  if ("DeclareCursorStmt" in tree) return cursorQuery(sql);
  if ("CreateTableAsStmt" in tree && "SelectStmt" in (tree.CreateTableAsStmt.query ?? {})) {
    return createdAsQuery(sql);
  }
  return null;
}

function parsedQuery(sql: string, tree: Node): ParsedText {
  const fingerprint = fingerprintSync(sql);
  // The library may hand an error's text back as if it were the value.
  if (!/^[0-9a-f]{16}$/.test(fingerprint)) return failure(fingerprint, sql);
  let normalized: string | undefined;
  return {
    kind: "query",
    fingerprint: shapeFingerprint(fingerprint, tree),
    // Most texts of a log repeat a shape that is known already: nobody asks for theirs.
    get normalized(): string {
      normalized ??= normalize(sql);
      return normalized;
    },
    describe: (catalog: Catalog): Statement => describeStatement(tree, catalog),
    sample: sampler(sql),
  };
}

/** Constants as `$n`, comments removed: both may hold data. */
function normalize(sql: string): string {
  return repairPlaceholders(withoutComments(normalizeSync(sql)));
}
