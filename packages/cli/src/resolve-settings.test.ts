import { expect, test } from "vitest";
import { resolveSettings } from "./resolve-settings.ts";

const urls = (...list: string[]) => ({ kind: "servers", urls: list });

test("a flag wins over the environment, which wins over the configuration", () => {
  const env = { DATABASE_URL: "postgres://env/db" };
  const config = { url: "postgres://config/db" };
  expect(resolveSettings({ url: ["postgres://flag/db"] }, env, config).target).toEqual(
    urls("postgres://flag/db"),
  );
  expect(resolveSettings({}, env, config).target).toEqual(urls("postgres://env/db"));
  expect(resolveSettings({}, {}, config).target).toEqual(urls("postgres://config/db"));
});

test("a snapshot on the command line is not mixed with a url of the environment", () => {
  const settings = resolveSettings(
    { snapshot: "prod.json" },
    { DATABASE_URL: "postgres://env/db" },
    { url: "postgres://config/db" },
  );
  expect(settings.target).toEqual({ kind: "snapshot", path: "prod.json" });
});

test("an empty DATABASE_URL counts as none", () => {
  expect(() => resolveSettings({}, { DATABASE_URL: "" }, {})).toThrow("No database was given.");
});

test("a url and a snapshot in one place contradict each other", () => {
  expect(() => resolveSettings({ url: ["postgres://a/b"], snapshot: "x" }, {}, {})).toThrow(
    "The command line gives both a url and a snapshot.",
  );
  expect(() => resolveSettings({}, {}, { url: "postgres://a/b", snapshot: "x" })).toThrow(
    "The configuration file gives both a url and a snapshot.",
  );
});

test("defaults, and each key of the configuration", () => {
  expect(resolveSettings({ url: ["postgres://a/b"] }, {}, {})).toMatchObject({
    logs: [],
    prefix: undefined,
    captures: [],
    sqlFiles: [],
    statements: true,
    planner: undefined,
    scratchUrl: undefined,
    format: "text",
    output: undefined,
    failOn: "warning",
  });
  const config = {
    url: ["postgres://a/b", "postgres://c/b"],
    log: "one.log",
    logFormat: "stderr",
    prefix: "%m ",
    capture: "shop.ndjson",
    sql: ["a.sql", "b.sql"],
    statements: false,
    budget: "2GB",
    maxIndexes: 7,
    timeLimit: "30s",
    planner: "hypopg",
    scratchUrl: "mysql://scratch",
    format: "json",
    output: "report.json",
    failOn: "never",
  } as const;
  expect(resolveSettings({}, {}, config)).toEqual({
    target: urls("postgres://a/b", "postgres://c/b"),
    logs: ["one.log"],
    logFormat: "stderr",
    prefix: "%m ",
    captures: ["shop.ndjson"],
    sqlFiles: ["a.sql", "b.sql"],
    statements: false,
    limits: { budgetBytes: 2 * 1024 ** 3, maxIndexes: 7, timeLimitMs: 30_000 },
    planner: "hypopg",
    scratchUrl: "mysql://scratch",
    format: "json",
    output: "report.json",
    failOn: "never",
  });
});
