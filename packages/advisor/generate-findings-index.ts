import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Pages of the findings, one per code. */
export const FINDING_PAGES: URL = new URL("../../docs/findings/", import.meta.url);
/** Pages of what `check` finds in migrations, one per code. */
export const MIGRATION_PAGES: URL = new URL("../../docs/migrations/", import.meta.url);

/** Codes that have a page, in alphabetical order. */
export function documentedCodes(pages: URL): readonly string[] {
  return readdirSync(pages)
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .map((file) => file.slice(0, -".md".length))
    .toSorted();
}

/** The index page of the findings. */
export function findingsIndex(): string {
  return indexPage(
    FINDING_PAGES,
    `# Findings

Each finding has a stable code, a page here, and a severity (\`info\`, \`warning\`, \`error\`). Its confidence is \`verified\` (a planner
or the catalog proved it), \`estimated\` (likely, by statistics) or \`insufficient-evidence\` (it deserves a look; the evidence
says what is missing, and no change is advised).`,
  );
}

/** The index page of what `check` finds. */
export function migrationsIndex(): string {
  return indexPage(
    MIGRATION_PAGES,
    `# What \`dbadvise check\` finds in migrations

Each finding has a stable code, a page here, and a severity (\`info\`, \`warning\`, \`error\`) that your configuration can change or
turn off. It is \`measured\` where a trial database showed it, and \`inferred\` where it is concluded from the text. A comment in the
migration silences one, with its reason: \`-- dbadvise-ignore drop-column: no release since 4.2 reads it\`.`,
  );
}

/** Each code with its page's first sentences. */
function indexPage(pages: URL, head: string): string {
  const rows = documentedCodes(pages).map((code) => {
    const [, summary = ""] = readFileSync(new URL(`${code}.md`, pages), "utf8").split("\n\n");
    return `| [${code}](${code}.md) | ${summary.replaceAll("\n", " ").replaceAll("|", "\\|")} |`;
  });
  return `${head}

| Code | What it says |
|-|-|
${rows.join("\n")}

Generated from the pages by \`pnpm --filter @dbadvise/advisor docs:findings\`.
`;
}

if (import.meta.main) {
  writeFileSync(new URL("README.md", FINDING_PAGES), findingsIndex());
  writeFileSync(new URL("README.md", MIGRATION_PAGES), migrationsIndex());
}
