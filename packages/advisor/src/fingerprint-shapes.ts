import type { Digest } from "./digest/digest.ts";
import { mergeByFingerprint } from "./digest/merge-by-fingerprint.ts";
import { fingerprinterOf } from "./fingerprinters.ts";

/** A digest whose shapes are told apart by the engines' parsers, as far as they know its statements; else by their bytes. */
export async function fingerprintShapes(digest: Digest): Promise<Digest> {
  let told = digest;
  for (const lexis of new Set(digest.shapes.map((shape) => shape.lexis))) {
    const fingerprinter = await fingerprinterOf(lexis);
    if (fingerprinter !== null) told = await mergeByFingerprint(told, fingerprinter);
  }
  return told;
}
