import type { AcquireOptions } from "@dbadvise/pool";
import type { RouterNode } from "./router-node.ts";

/** Who waits for a connection of a node waits no longer than it is in service; then it rejects with a `RouterError`. */
export function whileInService<Client>(
  { gone }: RouterNode<Client>,
  given: AcquireOptions,
): AcquireOptions {
  const { signal } = given;
  return { ...given, signal: signal === undefined ? gone : AbortSignal.any([signal, gone]) };
}
