/** The reason of an aborted signal: a caller gave up, or its time ran out. */
export function isAbort(error: unknown): boolean {
  const name = (error as { readonly name?: unknown } | null | undefined)?.name;
  return name === "AbortError" || name === "TimeoutError";
}
