import type { ParsedText } from "../engine.ts";
import { describeStatement } from "./describe-statement.ts";
import { namedTables } from "./named-tables.ts";
import { optimizerHints } from "./optimizer-hints.ts";
import { statementKey } from "./statement-fingerprint.ts";
import { normalizedStatement, sampler, withoutConstants } from "./statement-text.ts";
import { parseStatement } from "./syntax/parse-statement.ts";
import { SyntaxFailure } from "./syntax/token-cursor.ts";
import { tokens } from "./tokens.ts";

/** Statements that have no plan of their own. */
const UTILITIES: ReadonlySet<string> = new Set(
  `ALTER ANALYZE BACKUP BEGIN BINLOG CACHE CALL CHANGE CHECK CHECKSUM CLONE COMMIT CREATE DEALLOCATE DESC DESCRIBE DO DROP
  EXECUTE EXPLAIN FLUSH GET GRANT HANDLER HELP IMPORT INSTALL KILL LOAD LOCK OPTIMIZE PREPARE PURGE RELEASE RENAME REPAIR
  RESET RESIGNAL RESTART REVOKE ROLLBACK SAVEPOINT SET SHOW SHUTDOWN SIGNAL START STOP TRUNCATE UNINSTALL UNLOCK USE
  XA`.split(/\s+/),
);

/**
 * Parses one statement of MySQL or MariaDB. The query inside CREATE TABLE ... SELECT and behind SET STATEMENT ... FOR counts as
 * the statement. EXPLAIN, EXECUTE, LOAD DATA and the like are utility statements.
 */
export async function parse(sql: string): Promise<ParsedText> {
  try {
    return parseText(sql);
  } catch (error) {
    if (error instanceof RangeError) {
      const message = "the text is nested too deeply";
      return { kind: "error", message, redacted: withoutConstants(sql) };
    }
    if (!(error instanceof SyntaxFailure)) throw error;
    const { message, position } = error;
    const unread = namedTables(sql);
    const redacted = withoutConstants(sql);
    return { kind: "error", message, position, redacted, ...(unread === null ? {} : { unread }) };
  }
}

function parseText(sql: string): ParsedText {
  const [first] = tokens(sql);
  const redacted = withoutConstants(sql);
  if (sql.trim() === "") return { kind: "error", message: "the text is empty", redacted };
  if (first === undefined || first.text === ";") {
    return { kind: "error", message: "the text holds no statement", redacted };
  }
  const parsed = parseStatement(sql);
  if (parsed === null) {
    if (first.kind === "word" && UTILITIES.has(first.value)) return { kind: "utility" };
    throw new SyntaxFailure("the text is no statement", first.start);
  }
  const { tree, tokens: own } = parsed;
  let normalized: string | undefined;
  return {
    kind: "query",
    fingerprint: statementKey(sql.slice(own[0]?.start)),
    // Most texts of a log repeat a shape that is known already: nobody asks for theirs.
    get normalized(): string {
      normalized ??= normalizedStatement(sql, parsed);
      return normalized;
    },
    describe: (catalog) => describeStatement(tree, catalog, optimizerHints(sql)),
    sample: sampler(sql, parsed),
  };
}
