import { ENGINES } from "./engines.ts";
import { LEXIS, type LexisName } from "./log/sql-key/lexis.ts";
import { type ComparedText, type WhyGrouped, whyGrouped } from "./log/sql-key/why-grouped.ts";

/** Whether a digest counts two statements as one shape, and why. The result holds none of their constants. */
export async function compareStatements(
  lexis: LexisName,
  one: string,
  other: string,
): Promise<WhyGrouped> {
  const parser = ENGINES.map((engine) => engine.fingerprinter).find(
    (known) => known.lexis === lexis,
  );
  const compared = async (sql: string): Promise<ComparedText> => ({
    sql,
    fingerprint: (await parser?.fingerprint(sql)) ?? null,
  });
  return whyGrouped(LEXIS[lexis], await compared(one), await compared(other));
}
