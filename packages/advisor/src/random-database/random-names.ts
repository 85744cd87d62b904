import type { Random } from "./random.ts";

/** Names that break what joins, splits, folds, cuts or forgets to quote. */
const ODD_NAMES: readonly string[] = [
  "select",
  "order",
  "user",
  "group",
  "table",
  "end",
  "Mixed Case",
  "UPPER",
  'quo"te',
  '"',
  "dot.ted",
  "semi;colon",
  "per%cent",
  "$1",
  "a$b",
  "1st",
  "dash-ed",
  "--",
  "/*x*/",
  "apos'trophe",
  "back\\slash",
  " lead",
  "trail ",
  "tab\tbed",
  "line\nbreak",
  "größe",
  "İstanbul",
  "столбец",
  "列",
  "😀",
  "e\u0301",
  "x".repeat(63),
  `${"x".repeat(62)}y`,
  "列".repeat(21),
  "😀".repeat(15),
  "Q".repeat(63),
  '"'.repeat(40),
  "null",
  "true",
  "excluded",
  "public",
  "old",
  "new",
  "oid",
  "value",
  "type",
  "row",
  "primary",
  "*",
];

/** Names of which two pairs read alike when joined by `_`. */
const COLLIDING_NAMES: readonly string[] = ["a", "b", "c", "a_b", "b_c", "a_b_c", "id", "a_idx"];

const PLAIN_NAMES: readonly string[] = [
  "customer_id",
  "status",
  "created_at",
  "email",
  "amount",
  "kind",
  "note",
  "tenant_id",
  "parent_id",
  "total",
  "payload",
  "position",
];

/** Gives names that are not in `taken`, and puts them there. */
export function newName(random: Random, taken: Set<string>): string {
  for (;;) {
    const pool = random.pick([ODD_NAMES, COLLIDING_NAMES, PLAIN_NAMES, PLAIN_NAMES]);
    const base = random.pick(pool);
    const name = taken.has(base) ? `n${random.int(1, 9_999)}` : base;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

/** Always quoted: whether the tool quotes where it must is what is asked. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
