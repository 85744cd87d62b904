/** Keys as rows of JSON_TABLE. */
export const KEYS = "__dbadvise_k";

/** Its columns, which `select *` of a joined query has too. */
export const ORDINAL = "__dbadvise_o";
export const columnName = (position: number): string => `__dbadvise_p${position}`;

/**
 * The table of keys before and after its parameter, an array of keys, each an array of its parts. To be followed by
 * STRAIGHT_JOIN: it has no statistics by which the server could see that it comes first.
 */
export function keyTableParts(types: readonly string[]): readonly [string, string] {
  const parts = types.map((type, index) => `${columnName(index)} ${type} path '$[${index}]'`);
  return [
    "json_table(",
    `, '$[*]' columns (${ORDINAL} for ordinality, ${parts.join(", ")})) as ${KEYS}`,
  ];
}
