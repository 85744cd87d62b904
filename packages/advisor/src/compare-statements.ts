import { fingerprinterOf } from "./fingerprinters.ts";
import { LEXIS, type LexisName } from "./log/sql-key/lexis.ts";
import { type ComparedText, type WhyGrouped, whyGrouped } from "./log/sql-key/why-grouped.ts";

/** Whether a digest counts two statements as one shape, and why. The result holds none of their constants. */
export async function compareStatements(
  lexis: LexisName,
  one: string,
  other: string,
): Promise<WhyGrouped> {
  const parser = await fingerprinterOf(lexis);
  const compared = async (sql: string): Promise<ComparedText> => ({
    sql,
    fingerprint: (await parser?.fingerprint(sql)) ?? null,
  });
  return whyGrouped(LEXIS[lexis], await compared(one), await compared(other));
}
