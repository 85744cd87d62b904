import { expect, test } from "vitest";
import { wantsColor } from "./wants-color.ts";

test.each([
  { terminal: true, env: {}, color: true },
  { terminal: false, env: {}, color: false },
  { terminal: true, env: { NO_COLOR: "1" }, color: false },
  { terminal: true, env: { NO_COLOR: "" }, color: true },
  { terminal: true, env: { TERM: "dumb" }, color: false },
  { terminal: false, env: { FORCE_COLOR: "1" }, color: true },
  { terminal: false, env: { FORCE_COLOR: "" }, color: true },
  { terminal: true, env: { FORCE_COLOR: "0" }, color: false },
  { terminal: true, env: { FORCE_COLOR: "false" }, color: false },
  { terminal: false, env: { FORCE_COLOR: "1", NO_COLOR: "1" }, color: true },
])("terminal $terminal, $env: $color", ({ terminal, env, color }) => {
  expect(wantsColor(terminal, env)).toBe(color);
});
