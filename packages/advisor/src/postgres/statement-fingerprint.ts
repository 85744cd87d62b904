import { fingerprintSync, loadModule, parseSync } from "libpg-query";
import { shapeFingerprint } from "./shape-fingerprint.ts";

/** What makes the fingerprints: those of another version differ. */
export const FINGERPRINT_VERSION = "libpg_query 18.1.5";

/**
 * The parser's fingerprint of a text, as {@link parse} gives it for a query: 16 hexadecimal digits, equal for statements of
 * one shape whatever the length of their lists and the spelling of their names. `null` where the text doesn't parse.
 */
export async function statementFingerprint(sql: string): Promise<string | null> {
  await loadModule();
  try {
    const statements = parseSync(sql).stmts ?? [];
    if (statements.length === 0) return null;
    const fingerprint = fingerprintSync(sql);
    // The library may hand an error's text back as if it were the value.
    if (!/^[0-9a-f]{16}$/.test(fingerprint)) return null;
    return shapeFingerprint(
      fingerprint,
      statements.map(({ stmt }) => stmt),
    );
  } catch {
    return null;
  }
}
