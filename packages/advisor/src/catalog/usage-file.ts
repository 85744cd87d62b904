import { open, readFile } from "node:fs/promises";
import { DbadviseError } from "../dbadvise-error.ts";
import { tableKey } from "./catalog.ts";
import { type IndexCounts, nameOf, USAGE_VERSION, type UsageRecord } from "./usage-history.ts";

/** `[scans, entries read]`, with the time of the last scan where it is known; 0 for an index that was never scanned. */
type CountsLine = 0 | readonly [number, number] | readonly [number, number, string];

interface Line {
  readonly format: "dbadvise-usage";
  readonly version: number;
  readonly node: string;
  readonly role: UsageRecord["role"];
  readonly at: string;
  readonly since: string | null;
  readonly incarnation: string | null;
  readonly standbys: number | null;
  /** By schema, then name. */
  readonly indexes: Readonly<Record<string, Readonly<Record<string, CountsLine>>>>;
  readonly sequences: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * Adds a line for each record to a history's file, which is made where there is none. All lines are one write at the file's
 * end, so that two writers at a time do not mix theirs; a line that a crash cut short is left behind unread.
 * Throws `DbadviseError` `file-not-readable` where that can't be done.
 */
export async function appendUsage(path: string, records: readonly UsageRecord[]): Promise<void> {
  const text = records.map((record) => `${JSON.stringify(lineOf(record))}\n`).join("");
  try {
    const file = await open(path, "a+");
    try {
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      // What another writer left unfinished must not swallow the first line.
      const bytes = Buffer.from(size > 0 && last.toString() !== "\n" ? `\n${text}` : text);
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length)
        throw new Error(`only ${bytesWritten} of ${bytes.length} bytes could be written`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new DbadviseError(
      "file-not-readable",
      `The usage history can't be written to ${path}: ${messageOf(cause)}.`,
      "Check that the directory exists, has room, and that you may write there.",
      { cause },
    );
  }
}

/** A history's file as it was read. */
export interface UsageFile {
  readonly records: readonly UsageRecord[];
  /** Lines that are no record: cut short by a crash, or damaged. */
  readonly unread: number;
}

/** Reads a history's file. Throws `DbadviseError` `file-not-readable` for one that holds no record, or of a newer version. */
export async function readUsage(path: string): Promise<UsageFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new DbadviseError(
      "file-not-readable",
      `The usage history ${path} can't be read: ${messageOf(cause)}.`,
      `Check the path. Start a history with: dbadvise usage --record ${path} --url URL.`,
      { cause },
    );
  }
  const records: UsageRecord[] = [];
  let unread = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const value = parsed(line);
    if (!isLine(value)) unread++;
    else if (value.version > USAGE_VERSION) {
      throw new DbadviseError(
        "file-not-readable",
        `${path} is a usage history of format version ${value.version}; this dbadvise reads up to version ${USAGE_VERSION}.`,
        "Update dbadvise.",
      );
    } else records.push(recordOf(value));
  }
  if (records.length === 0) {
    throw new DbadviseError(
      "file-not-readable",
      `${path} is no usage history: it holds no record.`,
      `Start one with: dbadvise usage --record FILE --url URL.`,
    );
  }
  return { records, unread };
}

function lineOf(record: UsageRecord): Line {
  const counts = ({ scans, tuplesRead, lastScan }: IndexCounts): CountsLine => {
    if (scans === 0 && lastScan === null) return 0;
    return lastScan === null ? [scans, tuplesRead] : [scans, tuplesRead, lastScan];
  };
  return {
    format: "dbadvise-usage",
    version: USAGE_VERSION,
    node: record.node,
    role: record.role,
    at: record.at,
    since: record.since,
    incarnation: record.incarnation,
    standbys: record.standbys,
    indexes: nested([...record.indexes].map(([key, each]) => [key, counts(each)])),
    sequences: nested([...record.sequences]),
  };
}

function recordOf(line: Line): UsageRecord {
  return {
    node: line.node,
    role: line.role,
    at: line.at,
    since: line.since,
    incarnation: line.incarnation,
    standbys: line.standbys,
    indexes: new Map(
      flattened(line.indexes).map(([key, counts]) => {
        const [scans, tuplesRead, lastScan = null] = counts === 0 ? [0, 0] : counts;
        return [key, { scans, tuplesRead, lastScan }];
      }),
    ),
    sequences: new Map(flattened(line.sequences)),
  };
}

function nested<Value>(
  entries: readonly (readonly [string, Value])[],
): Readonly<Record<string, Readonly<Record<string, Value>>>> {
  const schemas = Map.groupBy(entries, ([key]) => nameOf(key).schema);
  return Object.fromEntries(
    [...schemas].map(([schema, own]) => [
      schema,
      Object.fromEntries(own.map(([key, value]) => [nameOf(key).name, value])),
    ]),
  );
}

function flattened<Value>(
  schemas: Readonly<Record<string, Readonly<Record<string, Value>>>>,
): readonly (readonly [string, Value])[] {
  return Object.entries(schemas).flatMap(([schema, own]) =>
    Object.entries(own).map(([name, value]) => [tableKey({ schema, name }), value] as const),
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isLine(value: unknown): value is Line {
  if (!isRecord(value) || value["format"] !== "dbadvise-usage") return false;
  const { version, node, role, at, since, incarnation, standbys, indexes, sequences } = value;
  if (typeof version !== "number") return false;
  if (version > USAGE_VERSION) return true;
  return (
    typeof node === "string" &&
    (role === "primary" || role === "replica") &&
    isTime(at) &&
    (since === null || isTime(since)) &&
    (incarnation === null || typeof incarnation === "string") &&
    (standbys === null || typeof standbys === "number") &&
    isNested(indexes, isCounts) &&
    isNested(sequences, (each) => typeof each === "number")
  );
}

function isNested(value: unknown, accepts: (value: unknown) => boolean): boolean {
  return (
    isRecord(value) &&
    Object.values(value).every((own) => isRecord(own) && Object.values(own).every(accepts))
  );
}

function isCounts(value: unknown): boolean {
  if (value === 0) return true;
  if (!Array.isArray(value) || value.length < 2) return false;
  const [scans, tuplesRead, lastScan]: readonly unknown[] = value;
  return (
    typeof scans === "number" &&
    typeof tuplesRead === "number" &&
    (lastScan === undefined || isTime(lastScan))
  );
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}
