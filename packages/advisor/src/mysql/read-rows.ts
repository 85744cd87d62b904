import type { Session } from "../engine.ts";

/** Marks this tool's own queries, so that they are told apart in the server's statement statistics. */
export const OWN_QUERY: string = "/* dbadvise */";

/** A row as texts. Names of columns are in lower case: MySQL has those of information_schema in upper case. */
export type TextRow = Readonly<Record<string, string | null>>;

/** Rows of a `select`, each value as text: with a caller's own session as well, whatever its driver makes of types. */
export async function readRows(
  session: Session,
  select: string,
  parameters: readonly unknown[] = [],
): Promise<readonly TextRow[]> {
  const rows = await session.query(
    select.replace(/^\s*select\b/i, `select ${OWN_QUERY}`),
    parameters,
  );
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name.toLowerCase(), textOf(value)]),
    ),
  );
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** The number of an error of the server: 1142 where a privilege is missing. */
export function errnoOf(error: unknown): number | undefined {
  return error instanceof Error && "errno" in error && typeof error.errno === "number"
    ? error.errno
    : undefined;
}
