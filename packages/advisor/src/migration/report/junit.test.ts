import { expect, test } from "vitest";
import { renderCheckJunit } from "./junit.ts";
import {
  cleanCheckReport,
  fullCheckReport,
  hostile,
  plainOptions,
} from "./testing/check-reports.ts";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** What readers of JUnit XML know: elements, their children in order, and their attributes. */
const FORMAT: Readonly<Record<string, { children: RegExp; attributes: readonly string[] }>> = {
  testsuites: {
    children: /^(testsuite )*$/,
    attributes: ["name", "tests", "failures", "errors", "time"],
  },
  testsuite: {
    children: /^properties (testcase )*system-out system-err $/,
    attributes: ["name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"],
  },
  properties: { children: /^(property )*$/, attributes: [] },
  property: { children: /^$/, attributes: ["name", "value"] },
  testcase: {
    children: /^(skipped |failure |error )?(system-out )?$/,
    attributes: ["classname", "name", "file", "time"],
  },
  failure: { children: /^$/, attributes: ["type", "message"] },
  error: { children: /^$/, attributes: ["type", "message"] },
  skipped: { children: /^$/, attributes: ["message"] },
  "system-out": { children: /^$/, attributes: [] },
  "system-err": { children: /^$/, attributes: [] },
};

/** A strict reader of the part of XML that the format needs: it throws for all else. */
function readXml(xml: string): Element {
  // The characters that XML 1.0 has.
  expect(xml).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  expect(body).not.toBe(xml);
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  const token =
    /<(?<close>\/)?(?<name>[a-z-]+)(?<attributes>(?: [a-z]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)(?<empty>\/)?>|(?<text>(?:[^<>&]|&#\d+;)+)/y;
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const { groups } = token.exec(body) ?? {};
    if (groups === undefined) throw new Error(`no XML: ${body.slice(at, at + 60)}`);
    const top = open.at(-1)!;
    if (groups["text"] !== undefined) top.text += unescaped(groups["text"]);
    else if (groups["close"] !== undefined) expect(open.pop()?.name).toBe(groups["name"]);
    else {
      const pairs = [...(groups["attributes"] ?? "").matchAll(/ ([a-z]+)="([^"]*)"/g)];
      const element: Element = {
        name: groups["name"] ?? "",
        attributes: Object.fromEntries(
          pairs.map(([, key = "", value = ""]) => [key, unescaped(value)]),
        ),
        children: [],
        text: "",
      };
      expect(Object.keys(element.attributes)).toHaveLength(pairs.length);
      top.children.push(element);
      if (groups["empty"] === undefined) open.push(element);
    }
  }
  expect(open).toEqual([root]);
  expect(root.children).toHaveLength(1);
  return root.children[0]!;
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

function validate(element: Element): void {
  const known = FORMAT[element.name];
  expect(element.children.map(({ name }) => `${name} `).join("")).toMatch(
    known?.children ?? /never/,
  );
  expect(Object.keys(element.attributes)).toEqual(known?.attributes);
  for (const child of element.children) validate(child);
}

function suiteOf(xml: string): Element {
  const root = readXml(xml);
  expect(root.name).toBe("testsuites");
  validate(root);
  return root.children[0]!;
}

const outcomes = (suite: Element) =>
  suite.children
    .filter(({ name }) => name === "testcase")
    .map(({ attributes, children }) => [
      attributes["name"],
      children.find(({ name }) => name !== "system-out")?.name ?? "passed",
    ]);

test("one test case for each migration, and for each other file with a problem", () => {
  const suite = suiteOf(renderCheckJunit(fullCheckReport, plainOptions));
  expect(outcomes(suite)).toEqual([
    ["20260302_status", "failure"],
    ["2_<b>&\"'\\x00\ufffd", "passed"],
    ["20260302_fine", "passed"],
    ["20260302_do", "skipped"],
    ["db/migrations/20260101_old.sql", "error"],
  ]);
  expect(suite.attributes).toMatchObject({ tests: "5", failures: "1", errors: "1", skipped: "1" });
  const [failed] = suite.children.filter(({ name }) => name === "testcase");
  expect(failed?.children[0]?.attributes["message"]).toContain("And 1 more.");
  expect(failed?.children[0]?.text).toContain(
    "db/migrations/20260302_status.sql:4 error set-not-null",
  );
  expect(failed?.children[0]?.text).toContain(
    "db/migrations/20260302_status.sql:9 warning dropped",
  );
});

test("what fails is what fails the check", () => {
  const count = (failOn: "info" | "error" | "never") =>
    outcomes(suiteOf(renderCheckJunit(fullCheckReport, { ...plainOptions, failOn }))).filter(
      ([, outcome]) => outcome === "failure",
    ).length;
  expect([count("info"), count("error"), count("never")]).toEqual([2, 1, 0]);
});

test("a finding that fails nothing is still told", () => {
  const suite = suiteOf(
    renderCheckJunit({ ...cleanCheckReport, findings: [hostile] }, plainOptions),
  );
  const printed = suite.children.flatMap(({ children }) => children).map(({ text }) => text);
  expect(printed.join()).toContain("info drop-table");
});

test("clean", () => {
  const suite = suiteOf(renderCheckJunit(cleanCheckReport, plainOptions));
  expect(outcomes(suite)).toEqual([["20260302_fine", "passed"]]);
});
