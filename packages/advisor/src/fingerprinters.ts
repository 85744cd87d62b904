import type { Fingerprinter } from "./digest/merge-by-fingerprint.ts";
import type { LexisName } from "./log/sql-key/lexis.ts";

/** The engines' parsers, each loaded when there is something for it: most of what a digest needs is without. */
const FINGERPRINTERS: { readonly [lexis in LexisName]?: () => Promise<Fingerprinter> } = {
  postgres: async () => (await import("./postgres/fingerprinter.ts")).postgresFingerprinter,
};

/** The parser of statements with these lexical rules; `null`: there is none. */
export async function fingerprinterOf(lexis: LexisName): Promise<Fingerprinter | null> {
  return (await FINGERPRINTERS[lexis]?.()) ?? null;
}
