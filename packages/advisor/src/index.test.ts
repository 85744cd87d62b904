import { expect, test } from "vitest";
import * as advisor from "./index.ts";

test("the public values: each one is a promise to users", () => {
  expect(Object.keys(advisor).toSorted()).toEqual([
    "DbadviseError",
    "ENGINES",
    "REPORT_FORMATS",
    "SEVERITIES",
    "analyze",
    "appendUsage",
    "buildWorkload",
    "candidateId",
    "captureServers",
    "captureUsage",
    "columnIndex",
    "daysBetween",
    "engineFor",
    "engineNamed",
    "generateCandidates",
    "indexHistory",
    "nameOf",
    "openCapture",
    "openLog",
    "openSqlFile",
    "readSnapshot",
    "readUsage",
    "redactUrl",
    "render",
    "scansPerDay",
    "selectIndexes",
    "statementList",
    "tableKey",
    "usageHistory",
    "usageRecord",
    "writeSnapshot",
  ]);
});
