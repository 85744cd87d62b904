import { expect, test } from "vitest";
import type { Finding } from "../findings/finding.ts";
import { aContext, anIndex, aPrimaryKey, aQuery, aTable } from "../findings/testing/builders.ts";
import { postgres } from "../postgres/engine.ts";
import { reportedTables } from "./reported-tables.ts";
import { fullReport } from "./testing/reports.ts";

test("tables that findings are about or queries use, by name, with their indexes as they are", () => {
  const { snapshot, workload } = aContext(
    postgres,
    [
      aTable({ name: "used", pages: 100, currentPages: 200, indexes: [aPrimaryKey("id")] }),
      aTable({ name: "neither", indexes: [aPrimaryKey("id")] }),
      aTable({
        name: "found",
        rows: -1,
        indexes: [
          anIndex(
            { name: "found_x", include: ["b"], predicate: "a > 0", method: "gin" },
            "lower(a)",
            "c",
          ),
        ],
      }),
    ],
    { queries: [aQuery("used", "select 1")] },
  );
  const finding: Finding = {
    ...fullReport.findings[0]!,
    object: { type: "index", schema: "public", table: "found", name: "found_x", columns: [] },
  };
  expect(reportedTables(snapshot, workload, [finding])).toEqual([
    {
      schema: "public",
      name: "found",
      rows: null,
      indexes: [
        {
          name: "found_x",
          method: "gin",
          keys: ["lower(a)", "c"],
          include: ["b"],
          predicate: "a > 0",
          unique: false,
          primary: false,
          constraint: null,
          valid: true,
          bytes: 1_000 * 8_192,
        },
      ],
    },
    {
      schema: "public",
      name: "used",
      // The file has doubled since the planner's statistics.
      rows: 200_000,
      indexes: [expect.objectContaining({ name: "t_pkey", primary: true, constraint: "t_pkey" })],
    },
  ]);
});
