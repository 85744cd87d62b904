/**
 * What loading by key costs, beside dataloader and @yornaath/batshit: `pnpm bench:loader [--record]`.
 * Exits 1 where a bar is missed.
 */
import { parseArgs } from "node:util";
import { coalescing } from "./loader/coalescing.ts";
import { dropIn, serveCase } from "./loader/drop-in.ts";
import { relations } from "./loader/relations.ts";
import type { Section } from "./loader/section.ts";
import { recordResults } from "./record-results.ts";

/** In the order of the report. */
const SECTIONS: readonly (() => Promise<Section>)[] = [dropIn, coalescing, relations];

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    // How a section runs a case of one package in a process of its own.
    case: { type: "string" },
    contender: { type: "string" },
  },
});
if (options.case === undefined) await runSections();
else serveCase(options.case, options.contender);

async function runSections(): Promise<void> {
  const lines: string[] = [];
  let passed = true;
  for (const run of SECTIONS) {
    const section = await run();
    lines.push(`## ${section.title}`, "", ...section.lines, "");
    passed &&= section.passed;
  }
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (options.record) record(lines);
  process.exitCode = passed ? 0 : 1;
}

function record(lines: readonly string[]): void {
  recordResults({
    name: "loader",
    title: "Loading by key",
    command: "pnpm bench:loader --record",
    lines,
  });
}
