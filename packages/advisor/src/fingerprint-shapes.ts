import type { Digest } from "./digest/digest.ts";
import { mergeByFingerprint } from "./digest/merge-by-fingerprint.ts";
import { ENGINES } from "./engines.ts";

/** A digest whose shapes are told apart by the engines' parsers, as far as they know its statements; else by their bytes. */
export async function fingerprintShapes(digest: Digest): Promise<Digest> {
  let told = digest;
  for (const { fingerprinter } of ENGINES) {
    if (told.shapes.some(({ lexis }) => lexis === fingerprinter.lexis))
      told = await mergeByFingerprint(told, fingerprinter);
  }
  return told;
}
