import { expect, test } from "vitest";
import { retiresConnection } from "./retires-connection.ts";

const WRITABLE = { mayBeReadOnly: false };

test.each([
  ["57P01", "57P01"],
  ["57P02", "57P02"],
  ["57P03", "57P03"],
  ["57P05", "57P05"],
  ["08006", "08006"],
  ["08P01", "08P01"],
  ["25006", "25006"],
  ["57014", undefined],
  ["23505", undefined],
  ["40001", undefined],
  ["53300", undefined],
  ["42P01", undefined],
])("%s retires: %s", (code, reason) => {
  const error = Object.assign(new Error(code), { code, severity: "ERROR" });
  expect(retiresConnection(error, WRITABLE)).toBe(reason);
});

test("whatever is fatal retires", () => {
  const error = { code: "25P03", severity: "FATAL" };
  expect(retiresConnection(error, WRITABLE)).toBe("25P03");
  expect(retiresConnection({ code: "XX000", severity: "PANIC" }, WRITABLE)).toBe("XX000");
});

test("a refused write retires only where writing was meant", () => {
  expect(retiresConnection({ code: "25006" }, { mayBeReadOnly: true })).toBe(undefined);
});

test("what has no code retires nothing", () => {
  expect(retiresConnection(new Error("x"), WRITABLE)).toBe(undefined);
  expect(retiresConnection(undefined, WRITABLE)).toBe(undefined);
});
