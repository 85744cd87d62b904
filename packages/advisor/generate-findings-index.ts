import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Pages of the findings, one per code. */
export const FINDING_PAGES: URL = new URL("../../docs/findings/", import.meta.url);

/** Codes that have a page, in alphabetical order. */
export function documentedCodes(): readonly string[] {
  return readdirSync(FINDING_PAGES)
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .map((file) => file.slice(0, -".md".length))
    .toSorted();
}

/** The index page: each code with its page's first sentences. */
export function findingsIndex(): string {
  const rows = documentedCodes().map((code) => {
    const [, summary = ""] = readFileSync(new URL(`${code}.md`, FINDING_PAGES), "utf8").split(
      "\n\n",
    );
    return `| [${code}](${code}.md) | ${summary.replaceAll("\n", " ").replaceAll("|", "\\|")} |`;
  });
  return `# Findings

Each finding has a stable code, a page here, and a severity (\`info\`, \`warning\`, \`error\`). Its confidence is \`verified\` (a planner
or the catalog proved it), \`estimated\` (likely, by statistics) or \`insufficient-evidence\` (it deserves a look; the evidence
says what is missing, and no change is advised).

| Code | What it says |
|-|-|
${rows.join("\n")}

Generated from the pages by \`pnpm --filter @dbadvise/advisor docs:findings\`.
`;
}

if (import.meta.main) writeFileSync(new URL("README.md", FINDING_PAGES), findingsIndex());
