import { expect, test } from "vitest";
import { engineFor, engineNamed } from "./engines.ts";

test.each([
  ["postgres://localhost/shop", "PostgreSQL"],
  ["postgresql://localhost/shop", "PostgreSQL"],
  ["POSTGRES://localhost/shop", "PostgreSQL"],
  ["mysql://localhost/shop", "MySQL"],
  ["mariadb://localhost/shop", "MySQL"],
])("%s is %s's", (url, name) => {
  expect(engineFor(url).name).toBe(name);
});

test("another scheme is named, with those that are served", () => {
  expect(() => engineFor("sqlserver://me:s3cret@localhost/shop")).toThrow(
    expect.objectContaining({
      code: "unsupported-engine",
      message: "sqlserver:// is not supported yet.",
      hint: expect.stringContaining("postgres:// or postgresql:// or mysql:// or mariadb://"),
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
