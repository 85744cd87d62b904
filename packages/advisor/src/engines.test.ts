import { expect, test } from "vitest";
import { engineFor, engineNamed } from "./engines.ts";

test.each([
  "postgres://localhost/shop",
  "postgresql://localhost/shop",
  "POSTGRES://localhost/shop",
])("%s is PostgreSQL's", (url) => {
  expect(engineFor(url).name).toBe("PostgreSQL");
});

test("another scheme is named, with those that are served", () => {
  expect(() => engineFor("mysql://me:s3cret@localhost/shop")).toThrow(
    expect.objectContaining({
      code: "unsupported-engine",
      message: "mysql:// is not supported yet.",
      hint: expect.stringContaining("postgres:// or postgresql://"),
    }),
  );
});

test("a text that is no URL is refused without its password", () => {
  expect(() => engineFor("host=localhost")).toThrow(
    expect.objectContaining({ code: "bad-option" }),
  );
  for (const text of [
    "postgres:/me:s3cret@localhost",
    "me:s3cret@localhost/shop",
    "host=db password=s3cret",
    "password = 's3cret s3cret'",
  ]) {
    expect(() => engineFor(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("s3cret") }),
    );
  }
});

test("an engine is found by the name that snapshots carry", () => {
  expect(engineNamed("PostgreSQL")).toBe(engineFor("postgres://localhost/shop"));
  expect(() => engineNamed("Oracle")).toThrow(
    expect.objectContaining({ code: "unsupported-engine" }),
  );
});
