import type { Digest } from "./digest/digest.ts";
import { mergeByFingerprint } from "./digest/merge-by-fingerprint.ts";
import { fingerprinterOf } from "./fingerprinters.ts";
import type { LexisName } from "./log/sql-key/lexis.ts";

/** Loads what {@link fingerprintShapes} needs for a dialect, while logs are read: that takes a tenth of a second. */
export async function prepareFingerprints(lexis: LexisName): Promise<void> {
  const fingerprinter = await fingerprinterOf(lexis);
  await fingerprinter?.fingerprint("select 1");
}

/** A digest whose shapes are told apart by the engines' parsers, as far as they know its statements; else by their bytes. */
export async function fingerprintShapes(digest: Digest): Promise<Digest> {
  let told = digest;
  for (const lexis of new Set(digest.shapes.map((shape) => shape.lexis))) {
    const fingerprinter = await fingerprinterOf(lexis);
    if (fingerprinter !== null) told = await mergeByFingerprint(told, fingerprinter);
  }
  return told;
}
