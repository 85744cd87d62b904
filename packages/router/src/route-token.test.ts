import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createTokenSeal } from "./route-token.ts";

const SECRET = "a secret of sixteen bytes";
const wrote = { epoch: "1", at: "0/16B3748" };
const saw = { epoch: "2", at: "0/16B3750" };
const seal = createTokenSeal("postgresql", SECRET);
const refused = expect.objectContaining({ code: "INVALID_TOKEN" }) as Error;

describe("a token", () => {
  test("gives back what was put in, also to another process with the secret", () => {
    const other = createTokenSeal("postgresql", Buffer.from(SECRET));
    for (const seen of [
      { wrote, saw, unplaced: undefined },
      { wrote: undefined, saw, unplaced: undefined },
      { wrote, saw: undefined, unplaced: { primary: "one" } },
    ]) {
      expect(other.open(seal.seal(seen))).toEqual(seen);
    }
  });

  test("fits into a cookie", () => {
    const token = seal.seal({ wrote, saw, unplaced: undefined });
    expect(token).toMatch(/^[\w.-]+$/);
    expect(token.length).toBeLessThan(200);
  });

  test("is refused when any of its characters was changed, or the end is missing", () => {
    const token = seal.seal({ wrote, saw, unplaced: undefined });
    // The last of 43 characters carries 4 bits: some of its values mean the same bytes.
    for (let at = 0; at < token.length - 1; at += 1) {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      expect(() => seal.open(changed), `character ${at}`).toThrow(refused);
      expect(() => seal.open(token.slice(0, at)), `cut at ${at}`).toThrow(refused);
    }
    expect(() => seal.open(`${token}.x`)).toThrow(refused);
  });

  test("is refused with another secret, of another system, and for another purpose", () => {
    const token = seal.seal({ wrote, saw, unplaced: undefined });
    const [payload] = token.split(".") as [string];
    const plain = createHmac("sha256", SECRET).update(payload).digest("base64url");
    expect(() => createTokenSeal("postgresql", "another secret of 16").open(token)).toThrow(
      refused,
    );
    expect(() => createTokenSeal("mysql", SECRET).open(token)).toThrow(refused);
    expect(() => seal.open(`${payload}.${plain}`)).toThrow(refused);
  });

  test("is refused unread when it is longer than any of ours", () => {
    expect(() => seal.open(`${"a".repeat(1_000_000)}.b`)).toThrow(refused);
    expect(() => seal.open("")).toThrow(refused);
  });
});
