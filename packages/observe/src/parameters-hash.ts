/** Longer strings and bytes count by their beginning and length. */
const MAX_LENGTH = 4096;
const PRIME = 0x01000193;
let unlike = 0;

/**
 * A 32-bit number for a list of parameters (FNV-1a), so that lists can be told apart without being kept. `seed` is an
 * earlier hash to go on from. Values whose content can't be read count as unlike any other.
 */
export function parametersHash(values: readonly unknown[], seed = 0x811c9dc5): number {
  return values.reduce<number>(valueHash, mix(seed, values.length));
}

function valueHash(hash: number, value: unknown): number {
  switch (typeof value) {
    case "string":
      return textHash(mix(hash, 1), value);
    case "number":
    case "bigint":
    case "boolean":
      return textHash(mix(hash, 2), String(value));
    case "object":
      if (value === null) return mix(hash, 3);
      if (value instanceof Uint8Array) return bytesHash(mix(hash, 4), value);
      if (Array.isArray(value)) return parametersHash(value, mix(hash, 5));
      return textHash(mix(hash, 6), objectText(value));
    case "undefined":
    case "function":
    case "symbol":
      return mix(hash, 3);
  }
}

function objectText(value: object): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch {
    // As below.
  }
  unlike += 1;
  return String(unlike);
}

function textHash(seed: number, text: string): number {
  let hash = mix(seed, text.length);
  const end = Math.min(text.length, MAX_LENGTH);
  for (let at = 0; at < end; at++) hash = mix(hash, text.charCodeAt(at));
  return hash;
}

function bytesHash(seed: number, bytes: Uint8Array): number {
  return bytes.subarray(0, MAX_LENGTH).reduce(mix, mix(seed, bytes.length));
}

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, PRIME);
}
