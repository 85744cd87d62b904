import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { newFolder } from "./testing/new-folder.ts";
import { newRepository } from "./testing/git-repository.ts";

/** The scripts of action.yml, run as its steps run them. */
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const BIN = fileURLToPath(new URL("bin.ts", import.meta.url));

interface StepRun {
  readonly code: number | null;
  readonly log: string;
}

async function runScript(
  name: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<StepRun> {
  const child: ChildProcess = spawn("bash", [join(ROOT, "action", name)], {
    cwd: folder,
    env: { HOME: folder, ...env },
  });
  let log = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (log += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (log += text));
  await once(child, "close");
  return { code: child.exitCode, log };
}

/** A folder of programs that goes before all others on the PATH. */
async function programs(scripts: Readonly<Record<string, string>>): Promise<string> {
  const folder = await newFolder(scripts);
  for (const name of Object.keys(scripts)) await chmod(join(folder, name), 0o755);
  return `${folder}:${process.env["PATH"]}`;
}

/** `npx dbadvise` from the sources here: the registry has no such version. It keeps its arguments. */
const NPX = `#!/usr/bin/env bash
printf '%s\\n' "$@" >"$RUNNER_TEMP/npx-args"
shift 2
exec "${process.execPath}" "${BIN}" "$@"
`;

async function runCheck(sql: string, inputs: Readonly<Record<string, string>> = {}) {
  const repository = await newRepository();
  await repository.commit({ "db/migrations/001_a.sql": "CREATE TABLE a (id int, b text);\n" });
  await repository.write({
    "db/migrations/002_b.sql": sql,
    "dbadvise.config.json": '{ "check": { "trial": "none" } }',
  });
  const temp = await newFolder({ output: "", summary: "" });
  const { code, log } = await runScript("check.sh", repository.folder, {
    PATH: await programs({ npx: NPX }),
    RUNNER_TEMP: temp,
    GITHUB_OUTPUT: join(temp, "output"),
    GITHUB_STEP_SUMMARY: join(temp, "summary"),
    INPUT_BASE: "HEAD",
    ...inputs,
  });
  const outputs = Object.fromEntries(
    (await readFile(join(temp, "output"), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("=", 2)),
  );
  return {
    code,
    log,
    folder: repository.folder,
    exitCode: outputs["exit-code"],
    comment: await readFile(outputs["comment"] ?? "", "utf8"),
    summary: await readFile(join(temp, "summary"), "utf8"),
    args: (await readFile(join(temp, "npx-args"), "utf8")).trimEnd().split("\n"),
  };
}

test("the check's step annotates, and leaves the exit code and the comment to the next steps", async () => {
  const run = await runCheck("ALTER TABLE a ALTER COLUMN b SET NOT NULL; -- ::error::x\n", {
    INPUT_PATHS: "db/migrations\n",
    INPUT_SARIF: "a b.sarif",
    INPUT_QUERIES: "db/**/*.sql\n",
    INPUT_FAIL_ON: "info",
  });
  expect(run.code).toBe(0);
  expect(run.exitCode).toBe("1");
  expect(run.log).toMatch(/^::error file=db\/migrations\/002_b\.sql,line=1,/m);
  expect(run.comment).toMatch(/^<!-- dbadvise-check -->\n/);
  expect(run.comment).toContain("set-not-null");
  expect(run.summary).toBe(run.comment);
  expect(JSON.parse(await readFile(join(run.folder, "a b.sarif"), "utf8")).version).toBe("2.1.0");
  // The whole report stands where the runner takes nothing for a command.
  const [, token = ""] = /^::stop-commands::(.+)$/m.exec(run.log) ?? [];
  const quoted = run.log.slice(
    run.log.indexOf("::stop-commands::"),
    run.log.indexOf(`\n::${token}::\n`),
  );
  expect(quoted).toContain("── 1  error  set-not-null");
});

test("an input is one argument, whatever is in it", async () => {
  const run = await runCheck("SELECT 1;\n", {
    INPUT_VERSION: "1.2.3",
    INPUT_PATHS: "db/my migrations $(touch /tmp/x)\ndb/migrations\n",
    INPUT_SNAPSHOT: '"; exit 0; "',
  });
  expect(run.args.slice(0, 5)).toEqual([
    "--yes",
    "dbadvise@1.2.3",
    "check",
    "db/my migrations $(touch /tmp/x)",
    "db/migrations",
  ]);
  expect(run.args).toContain('--snapshot="; exit 0; "');
  expect(run.exitCode).toBe("2");
  expect(run.comment).toContain("The migrations were not checked");
});

/**
 * Records how it was called, and answers a list of comments: a pull request can't be had here. The real `gh` runs the
 * expression of `--jq` itself; this one looks for its two conditions and answers `IDS`.
 */
const GH = `#!/usr/bin/env bash
[[ -n "\${GH_FAILS:-}" ]] && exit 1
{ printf '%s\\t' "$@"; echo; } >>"$CALLS"
case "$*" in
  *--paginate*startswith*"<!-- dbadvise-check -->"*env.COMMENT_AUTHOR*) printf '%b' "$IDS" ;;
esac
`;

async function runComment(body: string, env: Readonly<Record<string, string>>) {
  const folder = await newFolder({ "comment.md": body, calls: "" });
  const { code, log } = await runScript("comment.sh", folder, {
    PATH: await programs({ gh: GH }),
    CALLS: join(folder, "calls"),
    COMMENT_FILE: "comment.md",
    COMMENT_AUTHOR: "github-actions[bot]",
    GITHUB_REPOSITORY: "acme/shop",
    PULL_REQUEST: "12",
    ...env,
  });
  const calls = (await readFile(join(folder, "calls"), "utf8")).split("\n").slice(0, -1);
  return { code, log, calls: calls.map((call) => call.split("\t").slice(0, -1)) };
}

const COMMENTS = "repos/acme/shop/issues/12/comments";

test("the first comment is written, later runs update it", async () => {
  const first = await runComment("<!-- dbadvise-check -->\n", { IDS: "" });
  expect(first.calls[0]?.slice(0, 3)).toEqual(["api", "--paginate", `${COMMENTS}?per_page=100`]);
  expect(first.calls[1]).toEqual([
    "api",
    "--method",
    "POST",
    COMMENTS,
    "--field",
    "body=@comment.md",
  ]);
  const later = await runComment("<!-- dbadvise-check -->\n", { IDS: "77\\n88\\n" });
  expect(later.calls[1]).toEqual([
    "api",
    "--method",
    "PATCH",
    "repos/acme/shop/issues/comments/77",
    "--field",
    "body=@comment.md",
  ]);
  expect([first.calls.length, later.calls.length, first.code, later.code]).toEqual([2, 2, 0, 0]);
});

test("a pull request without migrations gets no comment, but an old one is brought up to date", async () => {
  const body = "<!-- dbadvise-check -->\n\nNo migration was changed: nothing was checked.\n";
  expect((await runComment(body, { IDS: "" })).calls).toHaveLength(1);
  expect((await runComment(body, { IDS: "77\\n" })).calls[1]).toContain("PATCH");
});

test("a token that may not write fails nothing", async () => {
  const run = await runComment("x", { IDS: "", GH_FAILS: "1" });
  expect(run.code).toBe(0);
  expect(run.log).toContain("::warning title=dbadvise::");
});

test("action.yml hands the scripts what they read, and puts no input into a script", async () => {
  const yaml = await readFile(join(ROOT, "action.yml"), "utf8");
  for (const script of ["check.sh", "comment.sh"]) {
    const text = await readFile(join(ROOT, "action", script), "utf8");
    const read = [...text.matchAll(/\$\{?(INPUT_\w+|COMMENT_\w+|PULL_REQUEST)/g)];
    expect(read.length).toBeGreaterThan(2);
    for (const [, name = ""] of read)
      expect(yaml, name).toMatch(new RegExp(`^ +${name}: \\$`, "m"));
  }
  for (const line of yaml.split("\n").filter((one) => /^\s+run:/.test(one)))
    expect(line).not.toContain("${{");
});
