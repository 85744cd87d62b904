import type { Expression } from "../syntax/tree.ts";
import { callOf, comparisons, type Known, known, type PredicateRule } from "./predicate-rule.ts";
import type { LevelColumn } from "./query-levels.ts";

/** `LOWER(a) = 'x'` where the column's collation takes no notice of case: to `a = 'x'`. */
export const foldedCase: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    if (operator !== "=") continue;
    const lower = callOf(left, "lower", "lcase");
    const [inner, ...more] = lower ?? callOf(left, "upper", "ucase") ?? [];
    if (inner === undefined || more.length > 0) continue;
    const column = scope.level.column(inner);
    const exactness =
      column === null ? null : exactnessOf(column, lower === null ? "upper" : "lower");
    if (column === null || exactness === null) continue;
    const { collation } = column.column;
    const isAscii = known(right, scope, isAsciiText);
    const text = `${scope.text(inner)} = ${scope.text(right)}`;
    const same = exactness.always || (exactness.ascii && isAscii === ("yes" satisfies Known));
    return {
      column,
      text,
      same,
      reason: same
        ? `the collation ${collation} finds a letter and its ${lower === null ? "upper" : "lower"} case equal`
        : `the collation ${collation} takes no notice of case either, but for ${exactness.but}`,
    };
  }
  return null;
};

interface Exactness {
  /** Whether each character equals what the function makes of it. */
  readonly always: boolean;
  /** Whether those that do not are unlike every ASCII character before and after. */
  readonly ascii: boolean;
  /** Those that do not. */
  readonly but: string;
}

const ALWAYS: Exactness = { always: true, ascii: true, but: "" };
const STROKES = "\u023A and \u023E (U+023A, U+023E)";
const SIGNS = "the signs for kelvin, angstrom and ohm (U+212A, U+212B, U+2126)";
const DOTLESS = "\u0131 (U+0131) and some letters of phonetic scripts";

/** Found by comparing every character with what the functions make of it, on both servers. */
const EXACTNESS: readonly {
  readonly collation: RegExp;
  readonly lower: Exactness;
  readonly upper: Exactness;
}[] = [
  { collation: /^latin1_(?:swedish|general)_ci$/, lower: ALWAYS, upper: ALWAYS },
  {
    collation: /^utf8(?:mb3|mb4)?_general_ci$/,
    lower: { always: false, ascii: false, but: SIGNS },
    upper: ALWAYS,
  },
  {
    collation: /^utf8(?:mb3|mb4)?_unicode_ci$/,
    lower: ALWAYS,
    upper: { always: false, ascii: false, but: DOTLESS },
  },
  {
    collation: /^utf8mb4_(?:0900_ai|unicode_520|uca1400_ai)_ci$/,
    lower: { always: false, ascii: true, but: STROKES },
    upper: { always: false, ascii: false, but: DOTLESS },
  },
];

function exactnessOf({ column }: LevelColumn, to: "lower" | "upper"): Exactness | null {
  const { collation } = column;
  if (collation === null) return null;
  return EXACTNESS.find((entry) => entry.collation.test(collation))?.[to] ?? null;
}

function isAsciiText(node: Expression): boolean {
  return node.kind === "literal" && node.type === "string" && /^[ -~]*$/.test(node.value);
}
