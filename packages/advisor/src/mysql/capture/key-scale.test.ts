import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Column } from "../../catalog/catalog.ts";
import { keyScale, type KeyScale } from "./key-scale.ts";

function scaleOf(type: string, collation: string | null = null): KeyScale {
  const scale = keyScale({
    name: "k",
    type,
    collation,
    notNull: true,
    generated: null,
    length: -1,
    alignment: 1,
  } satisfies Column);
  if (scale === null) throw new Error(`no scale for ${type}`);
  return scale;
}

describe("places of a key's values", () => {
  it.each([
    ["bigint unsigned", "18446744073709551615", "18446744073709551615"],
    ["int", "-5", "-5"],
    ["decimal(12,2)", "-0.05", "-0.05"],
    ["decimal(12,2)", "1234567890.10", "1234567890.10"],
    ["decimal(10,0)", "42", "42"],
    ["date", "2024-02-29", "'2024-02-29 00:00:00.000000'"],
    ["datetime(6)", "1969-12-31 23:59:59.999999", "'1969-12-31 23:59:59.999999'"],
    ["timestamp", "2024-02-29 12:00:01", "'2024-02-29 12:00:01.000000'"],
  ])("of %s %s is the value itself", (type, text, literal) => {
    const scale = scaleOf(type);
    expect(scale.exact).toBe(true);
    expect(scale.literal(scale.place(text))).toBe(literal);
  });

  it("of dates that no calendar has are before all others", () => {
    const scale = scaleOf("datetime");
    expect(scale.place("0000-00-00 00:00:00")).toBeLessThan(scale.place("1970-01-01 00:00:00"));
  });

  it("of texts and bytes are in the order of the index", () => {
    const word = fc.stringMatching(/^[0-9a-z]{0,12}$/);
    fc.assert(
      fc.property(word, word, (a, b) => {
        for (const scale of [
          scaleOf("varchar(20)", "utf8mb4_0900_ai_ci"),
          scaleOf("varchar(20)", "utf8mb4_bin"),
        ]) {
          expect(scale.place(a) < scale.place(b)).toBe(a < b);
          expect(scale.literal(scale.place(a))).toBe(`'${a}'`);
        }
        const [one, other] = [Buffer.from(a).toString("hex"), Buffer.from(b).toString("hex")];
        const bytes = scaleOf("varbinary(20)");
        expect(bytes.place(one) < bytes.place(other)).toBe(one < other);
      }),
    );
    const folded = scaleOf("char(36)", "utf8mb4_general_ci");
    expect(folded.place("ABC")).toBe(folded.place("abc"));
    expect(folded.place("a-1")).toBeLessThan(folded.place("a1"));
  });

  it("are not known of types that are no keys of large tables", () => {
    for (const type of ["double", "enum('a')", "time", "json"]) {
      expect(() => scaleOf(type)).toThrow("no scale");
    }
  });
});
