import { describe, expect, it } from "vitest";
import { type Claim, electPrimary } from "./elect-primary.ts";
import { scriptedDialect } from "./testing/scripted-nodes.ts";

const claim = (name: string, epoch: number, at: number, server = name): Claim => ({
  name,
  state: { role: "primary", server, position: { epoch: String(epoch), at: String(at) } },
});

describe("of several that take writes", () => {
  const timelines = scriptedDialect(true);
  const gtids = scriptedDialect(false);

  it("the highest timeline wins, whoever was primary; the older is fenced", () => {
    for (const claims of [
      [claim("old", 1, 900), claim("new", 2, 500)],
      [claim("new", 2, 500), claim("old", 1, 900)],
    ]) {
      expect(electPrimary(claims, "old", timelines)).toEqual({
        primary: "new",
        fenced: ["old"],
        disputed: [],
      });
    }
  });

  it("the known one stays where histories don't say which is newer", () => {
    expect(electPrimary([claim("a", 1, 5), claim("b", 2, 900)], "a", gtids)).toEqual({
      primary: "a",
      fenced: ["b"],
      disputed: ["b"],
    });
  });

  it("the one with the most history wins where none is known", () => {
    const claims = [claim("a", 1, 5), claim("b", 1, 900), claim("c", 1, 7)];
    expect(electPrimary(claims, "gone", gtids)).toMatchObject({ primary: "b" });
  });

  it("two names of one server are one claim", () => {
    const claims = [claim("writer", 1, 5, "s1"), claim("reader", 1, 6, "s1")];
    expect(electPrimary(claims, "writer", timelines)).toEqual({
      primary: "writer",
      fenced: [],
      disputed: [],
    });
  });

  it("nobody is primary where nobody says so", () => {
    expect(electPrimary([], "a", timelines).primary).toBeUndefined();
  });
});
