/**
 * - `begin`, `begin read only`: opens a transaction; serializable ones are never `begin read only`, since a replica has no part in what
 *   serializable promises.
 * - `end`: closes it.
 * - `unclear`: something of both, or of several statements.
 */
export type TransactionControl = "begin" | "begin read only" | "end" | "unclear";

const BEGIN = /^\s*(?:begin(?:\s+(?:work|transaction))?|start\s+transaction)\b([^;]*);?\s*$/i;
const END = /^\s*(?:commit|end|rollback|abort)(?:\s+(?:work|transaction))?\s*;?\s*$/i;
const TO_SAVEPOINT = /^\s*rollback\s+(?:(?:work|transaction)\s+)?to\b[^;]*;?\s*$/i;
const SOME = /^\s*(?:begin|start|commit|end|rollback|abort|prepare\s+transaction)\b|;\s*\S/i;

/** What a text does to the transaction of its session; `undefined` for nothing. */
export function transactionControl(sql: string): TransactionControl | undefined {
  if (!SOME.test(sql) || TO_SAVEPOINT.test(sql)) return undefined;
  if (END.test(sql)) return "end";
  const modes = BEGIN.exec(sql)?.[1];
  if (modes === undefined) return "unclear";
  const words = modes.toLowerCase();
  const readOnly = /\bread\s+only\b/.test(words);
  return readOnly && !/\bread\s+write\b|\bserializable\b|--|\/\*/.test(words)
    ? "begin read only"
    : "begin";
}
