import { describe, expect, test } from "vitest";
import type { Index } from "../catalog/catalog.ts";
import { postgres } from "../postgres/engine.ts";
import type { Finding } from "./finding.ts";
import { invalidIndex } from "./invalid-index.ts";
import { aContext, anIndex, aTable, publicName } from "./testing/builders.ts";

function find(...indexes: readonly Index[]): Promise<readonly Finding[]> {
  return invalidIndex(aContext(postgres, [aTable({ indexes })]));
}

const broken = anIndex({ name: "t_a_idx", valid: false, pages: 128 }, "a");

test("a failed build is to be built anew", async () => {
  const [finding, ...rest] = await find(broken);
  expect(rest).toEqual([]);
  expect(finding).toMatchObject({
    severity: "warning",
    confidence: "verified",
    object: { type: "index", name: "t_a_idx", columns: ["a"] },
    ddl: { apply: ["REINDEX INDEX CONCURRENTLY public.t_a_idx;"], undo: [] },
  });
  expect(finding?.message).toContain("(1 MB) is invalid");
});

test("nothing is said of a valid index, nor of one that is being built", async () => {
  expect(await find(anIndex({ name: "fine" }, "a"), { ...broken, building: true })).toEqual([]);
});

test("a unique one may have met duplicate rows: the evidence says so", async () => {
  const [finding] = await find({ ...broken, unique: true });
  expect(finding?.evidence.map((line) => line.check)).toContain("uniqueness");
});

describe("leftovers are dropped, and nobody wants them back", () => {
  test.each([
    ["t_a_idx_ccnew", "failed REINDEX"],
    ["t_a_idx_ccnew2", "failed REINDEX"],
    ["t_a_idx_ccold", "finished REINDEX"],
  ])("%s", async (name, cause) => {
    const [finding] = await find(anIndex({ name: "t_a_idx" }, "a"), { ...broken, name });
    expect(finding).toMatchObject({
      bytes: -128 * 8192,
      ddl: { apply: [`DROP INDEX CONCURRENTLY public.${name};`], undo: [] },
    });
    expect(finding?.message).toContain(cause);
  });

  test("one whose second attempt went well under another name", async () => {
    const [finding] = await find(anIndex({ name: "t_a_idx1" }, "a"), broken);
    expect(finding?.ddl?.apply).toEqual(["DROP INDEX CONCURRENTLY public.t_a_idx;"]);
    expect(finding?.message).toContain("t_a_idx1 is valid and holds the same keys");
  });

  test("but not one that was to be unique, when the valid one is not", async () => {
    const [finding] = await find(anIndex({ name: "t_a_idx1" }, "a"), { ...broken, unique: true });
    expect(finding?.ddl?.apply).toEqual(["REINDEX INDEX CONCURRENTLY public.t_a_idx;"]);
  });

  test("but not a part of a partitioned index, which can't be dropped alone", async () => {
    const [finding] = await find({
      ...broken,
      name: "p1_a_idx_ccnew",
      parent: publicName("p_a_idx"),
    });
    expect(finding?.ddl?.apply).toEqual(["REINDEX INDEX CONCURRENTLY public.p1_a_idx_ccnew;"]);
  });
});

test("a partitioned index without all its parts is told apart, with the partitions that lack one", async () => {
  const partitionOf = { parent: publicName("p"), bound: "" };
  const findings = await invalidIndex(
    aContext(postgres, [
      aTable({
        name: "p",
        kind: "partitioned",
        indexes: [anIndex({ name: "p_a_idx", valid: false, pages: 0 }, "a")],
      }),
      aTable({
        name: "p1",
        partitionOf,
        indexes: [anIndex({ name: "p1_a_idx", parent: publicName("p_a_idx") }, "a")],
      }),
      aTable({ name: "p2", partitionOf }),
    ]),
  );
  expect(findings).toMatchObject([{ object: { name: "p_a_idx" }, ddl: null, bytes: null }]);
  expect(findings[0]?.message).toContain("no index of public.p2 is attached to it");
});
