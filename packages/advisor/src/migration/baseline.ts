import { readFile } from "node:fs/promises";
import { DbadviseError } from "../dbadvise-error.ts";
import { safeJson } from "../report/printable.ts";
import type { CheckReport } from "./check-report.ts";
import type { MigrationFinding } from "./migration-finding.ts";

/** A finding that was there before, and is not told again. */
export interface BaselineEntry {
  readonly fingerprint: string;
  /** For people: what counts is the fingerprint. */
  readonly code: string;
  readonly file: string;
  readonly migration: string;
  readonly object: string;
}

const VERSION = 1;
const KEYS = ["fingerprint", "code", "file", "migration", "object"] as const;

/** Throws `DbadviseError` `file-not-readable` for a missing file and one that is no baseline. */
export async function readBaseline(path: string): Promise<readonly BaselineEntry[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new DbadviseError(
      "file-not-readable",
      `The baseline ${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      `Make it first: dbadvise check --baseline ${path} --update-baseline`,
      { cause },
    );
  }
  const value = parse(text);
  if (!isBaseline(value)) {
    throw new DbadviseError(
      "file-not-readable",
      `The file ${path} is not a baseline of version ${VERSION}.`,
      `Write it anew: dbadvise check --baseline ${path} --update-baseline`,
    );
  }
  return value.findings;
}

/**
 * The baseline after a check: all that it found, and what was known of migrations that it did not look at. Ignored
 * findings are left out: their comments silence them.
 */
export function updatedBaseline(
  before: readonly BaselineEntry[],
  report: CheckReport,
): readonly BaselineEntry[] {
  const checked = new Set(report.migrations.checked.map(({ name }) => name));
  return [
    ...before.filter(({ migration }) => !checked.has(migration)),
    ...[...report.findings, ...report.known].map(entryOf),
  ];
}

/** Sorted, one finding a line: two branches that add to it merge well. */
export function baselineText(entries: readonly BaselineEntry[]): string {
  const lines = entries
    .map((entry) => KEYS.map((key) => `"${key}": ${safeJson(entry[key]).trimEnd()}`))
    .map((fields) => `    { ${fields.join(", ")} }`);
  const sorted = [...new Set(lines)].toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const list = sorted.length === 0 ? "[]" : `[\n${sorted.join(",\n")}\n  ]`;
  return `{\n  "version": ${VERSION},\n  "findings": ${list}\n}\n`;
}

/** By file, then code, then fingerprint. */
function sortKey(line: string): string {
  const entry: BaselineEntry = JSON.parse(line);
  return [entry.file, entry.code, entry.object, entry.fingerprint].join("\u0000");
}

function entryOf({ fingerprint, code, place, migration, object }: MigrationFinding): BaselineEntry {
  const names = [object.schema, object.table, object.name ?? ""].filter(Boolean);
  return { fingerprint, code, file: place.file, migration, object: names.join(".") };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isBaseline(value: unknown): value is { readonly findings: readonly BaselineEntry[] } {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === VERSION &&
    "findings" in value &&
    Array.isArray(value.findings) &&
    value.findings.every(
      (entry: unknown) =>
        typeof entry === "object" &&
        entry !== null &&
        KEYS.every((key) => typeof Reflect.get(entry, key) === "string"),
    )
  );
}
