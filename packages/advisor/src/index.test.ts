import { expect, test } from "vitest";
import * as advisor from "./index.ts";

test("the public values: each one is a promise to users", () => {
  expect(Object.keys(advisor).toSorted()).toEqual([
    "DbadviseError",
    "ENGINES",
    "REPORT_FORMATS",
    "SEVERITIES",
    "analyze",
    "captureServers",
    "engineFor",
    "engineNamed",
    "openLog",
    "openSqlFile",
    "readSnapshot",
    "redactUrl",
    "render",
    "tableKey",
    "writeSnapshot",
  ]);
});
