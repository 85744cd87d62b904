import { describe, expect, test } from "vitest";
import { mergeCandidates } from "./merge-candidates.ts";
import { plainKey, type ProposedIndex } from "./table-access.ts";

/** `a b | c desc`: equalities in front of the bar, then keys in their order; `+ d` includes. */
function index(written: string): ProposedIndex {
  const [keyText = "", ...include] = written.split(" + ");
  const [equal = "", rest = ""] = keyText.split("|");
  const equalities = equal.trim().split(" ").filter(Boolean);
  const ordered = rest
    .split(",")
    .map((key) => key.trim())
    .filter(Boolean);
  const keys = [...equalities, ...ordered].map((key) => {
    const [name = "", direction] = key.split(" ");
    return {
      ...plainKey(name, name, "last"),
      ...(direction === "desc" && ({ direction } as const)),
    };
  });
  const table = { schema: "public", name: "t" };
  return {
    candidate: { table, method: "btree", keys, include, predicate: null },
    reorderable: equalities.length,
  };
}

function text(merged: ProposedIndex | null): string | null {
  if (merged === null) return null;
  const { keys, include } = merged.candidate;
  const names = keys.map((key) => key.expression + (key.direction === "desc" ? " desc" : ""));
  return [names.join(","), ...include].join(" + ");
}

describe("mergeCandidates", () => {
  test.each([
    ["b", "a b c", "b,a,c"],
    ["c b", "a b c", "c,b,a"],
    ["b c |", "a b c | d", "b,c,a,d"],
    ["b | a", "a b", "b,a"],
    ["a b | c desc", "b a", "a,b,c desc"],
    ["| a, b", "a b c", "a,b,c"],
    ["a + x", "a + y", "a + x + y"],
    ["b + a", "a b + c", "b,a + c"],
  ])("%s and %s give %s, either way round", (a, b, both) => {
    const forward = mergeCandidates(index(a), index(b));
    const names = (merged: string | null): readonly string[] => (merged ?? "").split(" + ");
    expect(names(text(forward)).toSorted()).toEqual(names(both).toSorted());
    const backward = text(mergeCandidates(index(b), index(a)));
    expect(serves(backward, index(a)) && serves(backward, index(b))).toBe(true);
  });

  test.each([
    ["d", "a b c"],
    ["| b, a", "| a, b"],
    ["| c", "a b | c"],
    ["a | c", "b | c"],
    ["| a desc", "| a, b"],
  ])("%s and %s need an index each", (a, b) => {
    expect(mergeCandidates(index(a), index(b))).toBeNull();
  });

  test("other tables, methods and conditions don't merge", () => {
    const one = index("a");
    const changes = [
      { table: { schema: "public", name: "u" } },
      { method: "gin" },
      { predicate: "x IS NULL" },
    ];
    for (const change of changes) {
      expect(
        mergeCandidates(one, { ...one, candidate: { ...one.candidate, ...change } }),
      ).toBeNull();
    }
  });
});

/** Whether the keys start with the index's equalities in some order, then its other keys in theirs. */
function serves(keys: string | null, { candidate, reorderable }: ProposedIndex): boolean {
  const placed = (keys ?? "").split(" + ")[0]?.split(",") ?? [];
  const names = candidate.keys.map(
    (key) => key.expression + (key.direction === "desc" ? " desc" : ""),
  );
  const head = placed.slice(0, reorderable).toSorted().join(",");
  const rest = placed.slice(reorderable, names.length).join(",");
  return (
    head === names.slice(0, reorderable).toSorted().join(",") &&
    rest === names.slice(reorderable).join(",")
  );
}
