/** The SQLSTATE of a server's error, or the code of a driver's or network's (`ECONNRESET`). */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
