import { expect, test } from "vitest";
import type { CheckReport } from "../check-report.ts";
import { renderCheckGithub } from "./github.ts";
import {
  cleanCheckReport,
  fullCheckReport,
  hostile,
  plainOptions,
  setNotNull,
} from "./testing/check-reports.ts";

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** Reads a log as the runner does: `::name key=value,...::message`, blanks before it allowed; `##[name]` anywhere. */
function commandsOf(log: string): readonly Command[] {
  return log.split("\n").flatMap((line) => {
    const found = /^::([^ :]+)(?: (.*?))?::(.*)$/s.exec(line.trimStart());
    if (found === null) {
      expect(line).not.toContain("##[");
      return [];
    }
    const [, name = "", properties = "", message = ""] = found;
    return [
      {
        name,
        properties: Object.fromEntries(
          properties.split(",").map((pair) => {
            const at = pair.indexOf("=");
            return [pair.slice(0, at), unescaped(pair.slice(at + 1))];
          }),
        ),
        message: unescaped(message),
      },
    ];
  });
}

function unescaped(text: string): string {
  return text.replace(/%(0D|0A|25|3A|2C)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function commands(report: CheckReport, prefix = ""): readonly Command[] {
  return commandsOf(renderCheckGithub(report, { ...plainOptions, prefix }));
}

test("one command for each problem, finding and unknown statement, problems first", () => {
  expect(
    commands(fullCheckReport).map(({ name, properties }) => [name, properties["line"]]),
  ).toEqual([
    ["error", "3"],
    ["error", "4"],
    ["warning", "9"],
    ["warning", "1"],
    ["warning", "2"],
    ["notice", "12"],
  ]);
  const [, finding] = commands(fullCheckReport, "services/api/");
  expect(finding?.properties).toEqual({
    file: "services/api/db/migrations/20260302_status.sql",
    line: "4",
    endLine: "5",
    title: "set-not-null: SET NOT NULL reads the whole table under the strongest lock",
  });
  expect(finding?.message).toContain("public.orders.status: SET NOT NULL reads all");
  expect(finding?.message).toContain("\n20260303_orders_status_check.sql\nALTER TABLE orders ADD");
});

test("no text of a migration becomes a command or a property", () => {
  const [command] = commands({ ...cleanCheckReport, findings: [hostile] });
  expect(Object.keys(command?.properties ?? {})).toEqual(["file", "line", "endLine", "title"]);
  expect(command?.properties["file"]).toBe('db/m [1],a:b%|`x`\\x1b[2J/::error::\\u{202e}<b>"&.ts');
  expect(command?.message).toContain("100 % ::set-output name=a::b");
  expect(command?.message).toContain("%0A, ]]>");
});

test("of more than ten of a kind the tenth says how many, and the log has them all", () => {
  const findings = Array.from({ length: 25 }, (_, index) => ({
    ...(index % 2 === 0 ? setNotNull : { ...hostile, severity: "warning" as const }),
    place: { ...hostile.place, line: index + 1 },
    fingerprint: index.toString(16).padStart(16, "0"),
  }));
  const told = commands({ ...cleanCheckReport, findings });
  expect(told.filter(({ name }) => name === "error")).toHaveLength(10);
  expect(told.filter(({ name }) => name === "warning")).toHaveLength(10);
  expect(told[9]).toEqual({
    name: "error",
    properties: { title: "dbadvise" },
    message: expect.stringContaining("4 more annotations of this kind"),
  });
  const log = renderCheckGithub({ ...cleanCheckReport, findings }, plainOptions);
  for (const { place } of findings)
    expect(log).toMatch(new RegExp(`line=${place.line},|ts:${place.line} `));
});

test("the log says what was covered", () => {
  const log = renderCheckGithub(cleanCheckReport, plainOptions);
  expect(log).toContain("- No findings.\n");
  expect(log).toContain("- 3 statements: 3 measured, 0 inferred, 0 not analysed\n");
  expect(renderCheckGithub(fullCheckReport, plainOptions)).toContain("1 not analysed");
});
