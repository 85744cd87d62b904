import { expect, test } from "vitest";
import { type CheckFlags, checkSettings } from "./check-settings.ts";
import { type Config, validateConfig } from "./config.ts";

test("a flag wins over the configuration, which wins over the default", () => {
  const config: Config = {
    snapshot: "config.json",
    failOn: "error",
    check: { paths: "config", runner: "knex", base: "config", trialUrl: "postgres://config/db" },
  };
  const flags: CheckFlags = { runner: "dbmate", base: "flag", trial: "none" };
  expect(checkSettings(["flag"], flags, {}, config)).toMatchObject({
    paths: ["flag"],
    runner: "dbmate",
    base: "flag",
    trial: "none",
    snapshot: "config.json",
    failOn: "error",
  });
  expect(checkSettings([], {}, {}, config)).toMatchObject({
    paths: ["config"],
    runner: "knex",
    base: "config",
    trial: "postgres://config/db",
  });
  expect(checkSettings([], {}, {}, {})).toMatchObject({
    paths: [],
    runner: undefined,
    trial: "embedded",
    format: "text",
    failOn: "warning",
    outputs: [],
    link: null,
  });
});

test.each([
  [["a.txt"], null, [{ format: "json", path: "a.txt" }]],
  [["sarif=a.sarif"], "json", [{ format: "sarif", path: "a.sarif" }]],
  [
    ["a=b.txt", "junit=c=d.xml"],
    null,
    [
      { format: "json", path: "a=b.txt" },
      { format: "junit", path: "c=d.xml" },
    ],
  ],
])("outputs %j", (output, format, outputs) => {
  expect(checkSettings([], { format: "json", output }, {}, {})).toMatchObject({ format, outputs });
});

test.each([
  ["15", 150_000],
  [15, 150_000],
  ["8.0.36", 80_036],
  ["10.11", 101_100],
])("server version %j", (serverVersion, expected) => {
  expect(checkSettings([], {}, {}, { check: { serverVersion } }).serverVersion).toBe(expected);
});

test("a time has its unit", () => {
  expect(checkSettings([], { lockTimeout: "5s" }, {}, {}).lockTimeoutMs).toBe(5000);
});

test("the run's page is known on the platforms that say it", () => {
  const github = {
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "acme/shop",
    GITHUB_RUN_ID: "7",
  };
  const link = "https://github.com/acme/shop/actions/runs/7";
  expect(checkSettings([], {}, github, {}).link).toBe(link);
  expect(checkSettings([], {}, { CI_JOB_URL: "https://gitlab/1" }, {}).link).toBe(
    "https://gitlab/1",
  );
  expect(checkSettings([], { link: "https://own" }, github, {}).link).toBe("https://own");
});

test.each([
  [{ trial: "none", trialUrl: "postgres://x/y" }, "Give one of --trial and --trial-url."],
  [{ updateBaseline: true }, "--baseline dbadvise-baseline.json"],
  [{ serverVersion: "new" }, "a version such as 15"],
  [{ lockTimeout: "5" }, "a time with its unit"],
  [{ output: ["a", "sarif=a"] }, "Give each its own file"],
  [{ output: ["sarif="] }, "Give each its own file"],
] as const)("wrong: %j", (flags, hint) => {
  expect(() => checkSettings([], flags, {}, {})).toThrow(
    expect.objectContaining({ code: "bad-option", hint: expect.stringContaining(hint) }),
  );
});

test.each([
  [{ rules: { "drop-tabel": "off" } }, 'unknown code "drop-tabel"', "Did you mean drop-table?"],
  [{ rules: { zzzzzzzzz: "off" } }, 'unknown code "zzzzzzzzz"', "docs/migrations"],
  [
    { rules: { "drop-table": "no" } },
    'check.rules.drop-table is "no"',
    "off, info, warning, error",
  ],
  [{ rules: [] }, "check.rules is no object", "Write"],
  [{ runner: "rake" }, 'check.runner is "rake"', "one of dbmate"],
  [{ serverVersion: [] }, "check.serverVersion is []", "a version"],
  [{ runners: "knex" }, 'unknown key "runners"', "Known keys: paths"],
  [[], "check is no object", "options of dbadvise check"],
])("a wrong configuration: %j", (check, message, hint) => {
  expect(() => validateConfig({ check }, "dbadvise.config.json")).toThrow(
    expect.objectContaining({
      code: "bad-option",
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    }),
  );
});

test("a right configuration", () => {
  const config = {
    check: {
      paths: ["a", "b"],
      serverVersion: 15,
      rules: { "drop-table": "off", "set-not-null": "error" },
      format: "sarif",
    },
  };
  expect(validateConfig(config, "dbadvise.config.json")).toBe(config);
});
