import type { Fingerprinter } from "../digest/merge-by-fingerprint.ts";
import { LEXIS } from "../log/sql-key/lexis.ts";
import { createSqlKey, hexKey } from "../log/sql-key/sql-key.ts";
import { parseStatement } from "./syntax/parse-statement.ts";

const key = createSqlKey(LEXIS.mysql);

/**
 * 16 hexadecimal digits, equal for texts that differ only in constants, white space, comments, the case of words or the length
 * of lists: the key by which a digest of logs tells statements apart.
 */
export function statementKey(sql: string): string {
  const bytes = Buffer.from(sql);
  key.of(bytes, 0, bytes.length);
  return hexKey(key);
}

/** Fingerprints of what {@link parse} calls a query, as it gives them. */
export const statementFingerprinter: Fingerprinter = {
  lexis: "mysql",
  version: "mysql 1",
  async fingerprint(sql) {
    try {
      const parsed = parseStatement(sql);
      return parsed === null ? null : statementKey(sql.slice(parsed.tokens[0]?.start));
    } catch {
      return null;
    }
  },
};
