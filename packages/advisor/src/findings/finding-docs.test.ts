import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { documentedCodes, FINDING_PAGES, findingsIndex } from "../../generate-findings-index.ts";
import { FINDINGS } from "./all-findings.ts";

const codes = Object.keys(FINDINGS).toSorted();

function page(name: string): string {
  return readFileSync(new URL(name, FINDING_PAGES), "utf8");
}

test("each code has one page, and each page a code", () => {
  expect(documentedCodes(FINDING_PAGES)).toEqual(codes);
});

test("the index is the generated one: run `pnpm --filter @dbadvise/advisor docs:findings`", () => {
  expect(page("README.md")).toBe(findingsIndex());
});

describe.each(codes)("%s", (code) => {
  test("has a source and a test of its name", () => {
    expect(existsSync(new URL(`${code}.ts`, import.meta.url))).toBe(true);
    expect(existsSync(new URL(`${code}.test.ts`, import.meta.url))).toBe(true);
  });

  test("has the same sections as every page", () => {
    const headings: readonly string[] = page(`${code}.md`).match(/^#+ .*$/gm) ?? [];
    const others = "## On MySQL and MariaDB";
    expect(headings.indexOf(others)).toBe(headings.includes(others) ? 4 : -1);
    expect(headings.filter((heading) => heading !== others)).toEqual([
      `# ${code}`,
      "## Why it matters",
      "## When it is reported",
      "## When it is not",
      "## What to do",
      "## Example",
    ]);
  });
});
