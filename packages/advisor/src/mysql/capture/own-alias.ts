/**
 * Names of columns in this tool's own queries on tables of the application. They stay in the server's digests of statements, where
 * comments do not.
 */
export const OWN_ALIAS: RegExp = /\bdbadvise_(?:\d+|least|greatest)\b/;

export function ownAlias(place: number | "least" | "greatest"): string {
  return `dbadvise_${place}`;
}
