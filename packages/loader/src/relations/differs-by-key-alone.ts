import { identityOf } from "./identity-of.ts";
import type { KeyedQuery } from "./keyed-query.ts";
import { KeyPart } from "./key-part.ts";

/** Whether all else than the key is the same for all calls: the conditions' values, limit and offset. */
export function differsByKeyAlone(
  { parameters }: KeyedQuery,
  calls: readonly (readonly unknown[])[],
): boolean {
  return parameters.every((parameter, index) => {
    if (parameter instanceof KeyPart) return true;
    const first = identityOf(calls[0]?.[index]);
    return calls.every((call) => Object.is(identityOf(call[index]), first));
  });
}
