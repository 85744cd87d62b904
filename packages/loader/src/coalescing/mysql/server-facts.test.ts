import { expect, test } from "vitest";
import { featuresOf } from "./server-facts.ts";

test.each([
  ["8.4.3", true, true],
  ["9.7.4-2", true, true],
  ["8.0.14", true, true],
  ["8.0.13-log", true, false],
  ["5.7.44", false, false],
  ["10.11.19-MariaDB-0+deb12u1", true, false],
  ["11.8.2-MariaDB", true, false],
  ["10.5.29-MariaDB", false, false],
  ["", false, false],
])("version %j: JSON_TABLE %s, LATERAL %s", (version, hasJsonTable, hasLateral) => {
  expect(featuresOf(version)).toEqual({ hasJsonTable, hasLateral });
});
