/**
 * Names of columns in this tool's own queries on tables of the application, or on none. They stay in the server's digests of statements, where
 * comments do not.
 */
export const OWN_ALIAS: RegExp = /\bdbadvise_(?:\d+|least|greatest|value)\b/;

export function ownAlias(place: number | "least" | "greatest" | "value"): string {
  return `dbadvise_${place}`;
}
