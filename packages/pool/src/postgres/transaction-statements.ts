import type { TransactionMode } from "../connector.ts";

/** One statement that starts a transaction with its mode. */
export function beginStatement({ isolation, readOnly }: TransactionMode): string {
  let statement = "begin";
  if (isolation !== undefined) statement += ` isolation level ${isolation}`;
  if (readOnly !== undefined) statement += readOnly ? " read only" : " read write";
  return statement;
}
