import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  documentedCodes,
  MIGRATION_PAGES,
  migrationsIndex,
} from "../../generate-findings-index.ts";
import { mysqlRules } from "../mysql/migration/rules/mysql-rules.ts";
import { postgresRules } from "../postgres/migration/rules/postgres-rules.ts";
import { MIGRATION_CODES } from "./finding-titles.ts";

const RULES = [...new Set([...postgresRules, ...mysqlRules].map(({ code }) => code))];
/** Where a rule may stand: engine-neutral ones are with the pipeline. */
const FOLDERS = ["../postgres/migration/rules/", "../mysql/migration/rules/", "./rules/"];
function page(name: string): string {
  return readFileSync(new URL(name, MIGRATION_PAGES), "utf8");
}

test("each code has one page, and each page a code", () => {
  expect(documentedCodes(MIGRATION_PAGES)).toEqual(MIGRATION_CODES.toSorted());
});

test("the index is the generated one: run `pnpm --filter @dbadvise/advisor docs:findings`", () => {
  expect(page("README.md")).toBe(migrationsIndex());
});

test.each([
  ["PostgreSQL", postgresRules],
  ["MySQL", mysqlRules],
])("no two rules of %s have the same code", (_, rules) => {
  expect(new Set(rules.map(({ code }) => code)).size).toBe(rules.length);
});

describe.each(RULES)("%s", (code) => {
  test("has one source and a test of its name", () => {
    const folders = FOLDERS.filter((folder) =>
      existsSync(new URL(`${folder}${code}.ts`, import.meta.url)),
    );
    expect(folders).toHaveLength(1);
    expect(existsSync(new URL(`${folders[0]}${code}.test.ts`, import.meta.url))).toBe(true);
  });
});

describe.each(documentedCodes(MIGRATION_PAGES))("%s.md", (code) => {
  test("has the same sections as every page", () => {
    const headings = page(`${code}.md`).match(/^#+ .*$/gm);
    expect(headings).toEqual([
      `# ${code}`,
      "## Why it matters",
      "## How it is found",
      "## The safe way",
      "## When to ignore it",
    ]);
  });

  test("links only to pages that exist", () => {
    const links = [...page(`${code}.md`).matchAll(/\]\(([^)#]+\.md)\)/g)].map(([, link]) => link);
    for (const link of links)
      expect(existsSync(new URL(link ?? "", MIGRATION_PAGES)), link).toBe(true);
  });
});
